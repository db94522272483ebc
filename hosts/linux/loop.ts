/** The event loop (loop.c). */

/** Milliseconds since the process started: the gateway's clock. */
export const now = native<() => number>("xs_loop_now");
/** Seconds since 1970; 0 when the machine's clock was not set since power-up. */
export const wallClock = native<() => number>("xs_loop_wall_clock");
/** `onTimer` is called once at `at`; a later call replaces an earlier one, undefined takes it back. */
export const schedule = native<(at: number | undefined) => void>("xs_loop_schedule");
/** Ends the process after this turn, once buffered output is out or a quarter of a second has passed. */
export const exit = native<(status: number) => void>("xs_loop_exit");

/**
 * Ends this control plane after this turn; the process goes on, with tunnel interface, routes and policies as they are, and starts a fresh one. Buffered
 * output is lost.
 */
export const startAnew = native<() => void>("xs_loop_restart");

/** Signals, by their Linux numbers. */
export const SIGHUP = 1;
export const SIGUSR1 = 10;

/** What the loop calls; once in a machine's life. `onJobs`: finished jobs of the accelerator wait. */
export const listen = native<(onTimer: () => void, onSignal: (signal: number) => void, onEngineEvents: () => void, onJobs: () => void) => void>("xs_loop_start");
