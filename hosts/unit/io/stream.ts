/** What TCP connections and serial ports have in common: natives over a byte stream. */

export const bind = native<(handle: number, self: object, onReadable: unknown, onWritable: unknown, onError: unknown) => number>("xs_stream_bind");
/** `count` 0: as many bytes as are buffered. */
export const read = native<(handle: number, count: number) => ArrayBuffer | undefined>("xs_stream_read");
export const write = native<(handle: number, bytes: ArrayBuffer | Uint8Array) => number>("xs_stream_write");
export const end = native<(handle: number) => void>("xs_stream_end");
export const close = native<(handle: number) => void>("xs_stream_close");
export const remote = native<(handle: number) => number | undefined>("xs_stream_remote");
export const welcome = native<(handle: number) => void>("xs_stream_welcome");
export const openSerial = native<(path: string) => number>("xs_stream_serial");
export const isTerminal = native<(handle: number) => boolean>("xs_stream_terminal");
