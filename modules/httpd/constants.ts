/** How long a client may take, and what one connection may hold. Capacities that other rooms size memory by are in limits.ts. */

/** Milliseconds from a request's first byte (or from the connection's start) to the end of its header. */
export const HEADER_TIME = 10_000;
/** Milliseconds from the end of the header to the end of the body. */
export const BODY_TIME = 10_000;
/** The same of an upload, which has one place for all: a slow line is given more time, and others are told to come again. */
export const UPLOAD_TIME = 30_000;
/** Milliseconds of a body that goes to a sink in all; between two pieces of it UPLOAD_TIME. */
export const SINK_TIME = 600_000;
/** Seconds after which who found that place taken may try again. */
export const UPLOAD_RETRY = 5;
/** Bytes of a file that is too large that are read and thrown away, so that the browser gets to read the answer and not an error of the connection. */
export const DISCARD_SIZE = 4_194_304;
/** Milliseconds that a connection may wait for its next request. */
export const IDLE_TIME = 15_000;
/** Milliseconds without room for one more byte: the client has stopped reading. */
export const STALL_TIME = 15_000;
/** Milliseconds for a whole response, so that one byte now and then does not hold a connection for ever. */
export const RESPONSE_TIME = 120_000;
/**
 * Milliseconds in which the client may take in a last response before the connection is closed, and bytes that are read and thrown
 * away meanwhile: closing on unread bytes resets the connection, and the client would lose the response.
 */
export const LINGER_TIME = 2_000;
export const LINGER_SIZE = 65_536;
/**
 * Milliseconds of quiet after which a kept connection, or one whose request does not come to its end, may be closed to serve a new
 * one, and after which one that found no place and has said nothing is told to come again.
 */
export const EVICTABLE_TIME = 1_000;
/** Connections over HTTP_CONNECTIONS that wait for a place or are told that there is none; beyond these the oldest is closed. */
export const REFUSALS = 12;
/** Bytes read at once: what a connection can hold of pipelined requests. */
export const READ_SIZE = 512;
/** Requests served on one connection. */
export const REQUESTS = 1_000;
/** As how many of them one counts that the handler does not admit: a wrong password, another host's name. After a few of those the connection ends. */
export const REFUSAL = 250;
/** Bytes of a header field's value that the server keeps (Host, Authorization...); values of other fields are not kept. */
export const FIELD_SIZE = 512;
/** Empty lines skipped before a request line (RFC 9112 2.2). */
export const EMPTY_LINES = 2;
