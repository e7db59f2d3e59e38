/**
 * Every fixed reply, named by what it means.
 *
 * @module
 */

import { err } from "./reply.ts";

export const replies = {
  unknownCommand: err("unknown command"),
  lineTooLong: err("line too long"),
  bareLineEnd: err("a line ends in CR LF and holds no other CR or LF"),
  tooManyErrors: err("too many errors"),
  onlyBeforeLogin: err("already logged in"),
  onlyAfterLogin: err("log in first"),
  disabled: err("command is disabled"),
  needsTls: err(
    "passwords are accepted under TLS only",
    "AUTH",
  ),
  noApop: err("APOP is not available"),
  noMechanism: err("mechanism is not available"),
  cancelled: err("authentication cancelled"),
  notSasl: err("response does not fit the mechanism"),
  noUser: err("send USER first"),
  alreadyTls: err("TLS is already active"),
  stlsAfterUtf8: err("STLS comes before UTF8"),
  noTls: err("TLS is not available"),
  deleted: err("message is deleted"),
  vanished: err("message was removed by another program", "SYS/TEMP"),
  inUse: err("maildrop is open in another session", "IN-USE"),
  loginDelay: err("last login was too short a time ago", "LOGIN-DELAY"),
  notRemoved: err("some deleted messages were not removed", "SYS/TEMP"),
  trouble: err("cannot do this now, try again later", "SYS/TEMP"),
  shuttingDown: err("server is shutting down", "SYS/TEMP"),
} as const;
