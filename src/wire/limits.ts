/**
 * Every number that bounds what a peer may do, with its source.
 *
 * Sizes are in octets, times in milliseconds. Those that operators may change
 * are also keys of the configuration, which takes its defaults from here. Those of
 * messages and addresses stand in `mail/`, which may not import this folder.
 *
 * @module
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const KIB = 1024;
const MIB = 1024 * KIB;

export const limits = {
  wire: {
    /** A read buffer at rest. */
    readBuffer: KIB / 4,
    /** Where a message is read, or when the small one was filled. */
    readBufferWide: 16 * KIB,
    /** While a peer fills the wide one. */
    readBufferMax: 64 * KIB,
    /** Output that may wait for a peer before the session has to flush. */
    outputHigh: 64 * KIB,
    /** How long a peer may take to accept a chunk of output. */
    writePatience: 2 * MINUTE,
    /** A TLS handshake, from the first byte to the last. */
    handshakePatience: 30 * SECOND,
    /** A PROXY protocol header: v1 is at most 107 octets, v2 at most 16 + 65535 by its length field. */
    proxyHeader: 536,
    proxyPatience: 5 * SECOND,
    /** Octets of a message body that earn a fresh `bodyPatience` (a slow sender's least speed). */
    bodyBlock: 64 * KIB,
    /** RFC 5321 §4.5.3.2.5 asks for at least 3 minutes a block. */
    bodyPatience: 5 * MINUTE,
  },
  smtp: {
    /** RFC 5321 §4.5.3.1.4 asks for 512 and more by extensions; RFC 4954 §4 for 12288 in AUTH. */
    commandLine: 4 * KIB,
    authLine: 12288 + 2,
    /** RFC 5321 §4.5.3.1.8 asks for at least 100. */
    recipients: 1000,
    messageSize: 50 * MIB,
    /** RFC 5321 §6.3 suggests at least 100. */
    receivedHops: 100,
    /** RFC 5321 §4.5.3.2.7. */
    idle: 5 * MINUTE,
    /** Refused commands in one connection before it is closed. */
    errors: 20,
    /** Commands in a row that move nothing forward (NOOP, RSET, VRFY, EXPN, HELP, repeated EHLO). */
    idleCommands: 100,
    /** Failed AUTH in one connection. */
    authFailures: 3,
    /** Seconds that a submission may be held (RFC 4865 §3). */
    futureRelease: 90 * 24 * 3600,
    /** Header section of a submission that is looked at for Date, Message-ID and Bcc. */
    submissionHeader: 256 * KIB,
  },
  smtpClient: {
    /** A line of a reply; RFC 5321 §4.5.3.1.5 has 512, peers write longer ones. */
    replyLine: 4 * KIB,
    /** Lines of a reply, and all of their octets. */
    replyLines: 200,
    replySize: 32 * KIB,
    /** A TCP connection, until it stands. */
    connect: 30 * SECOND,
    /** RFC 5321 §4.5.3.2.1. */
    greeting: 5 * MINUTE,
    hello: 5 * MINUTE,
    startTls: 2 * MINUTE,
    auth: 2 * MINUTE,
    /** RFC 5321 §4.5.3.2.2 to .4. */
    mail: 5 * MINUTE,
    rcpt: 5 * MINUTE,
    data: 2 * MINUTE,
    /** A BDAT that is not the last. */
    chunk: 5 * MINUTE,
    /** RFC 5321 §4.5.3.2.6: the reply to the final dot, whose loss means a second copy. */
    end: 10 * MINUTE,
    reset: 1 * MINUTE,
    /** Nobody needs to hear the answer to QUIT. */
    quit: 5 * SECOND,
    /** A transaction up to the final dot, besides what its octets may take at `leastSpeed`. */
    transaction: 30 * MINUTE,
    /** Octets a second. */
    leastSpeed: 1 * KIB,
    /** RFC 5321 §4.5.3.1.8: everybody takes that many. */
    recipients: 100,
    /** More than that are not asked for at once, whatever a peer allows. */
    recipientsMost: 1000,
    /** Octets of one BDAT (RFC 3030): a refusal comes before all of a large message was sent. */
    chunkSize: 4 * MIB,
    /** Rounds of SCRAM that a server may ask for (RFC 7677 §4 has 4096). */
    scramIterations: 1_000_000,
  },
  pop3: {
    /** RFC 2449 §4 (255 with CRLF), RFC 5034 §4 lifts it for AUTH to 12288. */
    commandLine: 4 * KIB,
    authLine: 12288 + 2,
    /** RFC 1939 §3. */
    idle: 10 * MINUTE,
    /** Before login nobody needs that long. */
    idleBeforeLogin: 1 * MINUTE,
    errors: 20,
    authFailures: 3,
  },
  imap: {
    /** One line of a command; long sequence sets have been seen at 32 KiB. RFC 7162 §4 asks for 8192. */
    commandLine: 64 * KIB,
    /** Before login nobody has much to say; initial responses are the longest (RFC 4959 §3). */
    commandLineBeforeLogin: 16 * KIB,
    /** A response of AUTHENTICATE; RFC 4954 §4 asks for 12288. */
    authLine: 12288 + 2,
    /** RFC 9051 §2.2.1 gives none. */
    tag: 256,
    /** Literals that are strings (mailbox names, search words); messages have their own limit. */
    literal: 64 * KIB,
    literalBeforeLogin: 1 * KIB,
    /** RFC 7888 §5: the longest literal that comes without asking where LITERAL- is announced. */
    literalMinus: 4096,
    /** All of a command's literals that are strings. */
    literals: 256 * KIB,
    /** A literal that was refused after the client had sent it (RFC 7888 §4): larger ones end the connection. */
    skippedLiteral: 64 * MIB,
    /** Parentheses within parentheses. */
    listDepth: 50,
    /** Ranges of one sequence set. */
    setRanges: 10_000,
    /** A message of APPEND. */
    messageSize: 50 * MIB,
    /** Messages of one APPEND (RFC 3502). */
    appendMessages: 1000,
    /** RFC 9051 §5.4: at least 30 minutes. */
    idle: 30 * MINUTE,
    idleBeforeLogin: 1 * MINUTE,
    /** In IDLE, how often it is looked whether other programs changed the mailbox. */
    foreignLook: 5 * SECOND,
    /** Commands in a row that are not in the grammar. */
    errors: 10,
    authFailures: 3,
    /** Characters of a mailbox name, and its levels. */
    mailboxName: 1000,
  },
  connections: {
    total: 10_000,
    perPeer: 100,
  },
} as const;
