/** The event loop. */

/** Milliseconds since the start: the gateway's clock. */
export const now = native<() => number>("xs_loop_now");
/** Seconds since 1970; 0 when the machine's clock was not set since power-up. */
export const wallClock = native<() => number>("xs_loop_wall_clock");
/** `onTimer` is called once at `at`; a later call replaces an earlier one, undefined takes it back. */
export const schedule = native<(at: number | undefined) => void>("xs_loop_schedule");
/**
 * Ends this control plane after this turn and starts a fresh one; tunnel interface, routes and policies stay as they are. Buffered
 * output is lost.
 */
export const startAnew = native<() => void>("xs_loop_restart");

/** What the loop calls; once in a machine's life. `onSignal` is Linux's; `onJobs`: finished jobs of the accelerator wait. */
export const listen = native<(onTimer: () => void, onSignal: (signal: number) => void, onEngineEvents: () => void, onJobs: () => void) => void>("xs_loop_start");
