/**
 * How the command line speaks to the running server.
 *
 * The server listens on a free port of 127.0.0.1 and writes the port and a secret into
 * `<data>/control` (0600): who may read the data folder may give orders. A unix socket
 * would need a permission that names its path before the configuration is read
 * (`--allow-net=unix:PATH`), or all of the network for `dev` and the tests.
 *
 * A call is one line of JSON, the answer is a line an item and one that ends it:
 *
 *     {"secret":"…","call":"queue.list","with":{"domain":"example.org"}}
 *     {"item":{…}}
 *     {"end":true}
 *
 * Answers are made as they are read: a list of 100,000 messages is never in memory.
 * Beside `net/` this is the one folder that opens a socket; it meets no peers.
 *
 * @module
 */

export * from "./call_server.ts";
export * from "./lines.ts";
export * from "./serve_control.ts";
