// Types for dns-packet, which carries none: only what this project uses.

declare module "dns-packet" {
  interface Codec<T> {
    /** `bytes` is what the last call read, its two octets of length included. */
    decode: {
      (buffer: Uint8Array, offset?: number): T;
      bytes: number;
    };
    encode(value: T): Uint8Array;
  }

  interface Question {
    name: string;
    type: string;
    class?: string;
  }

  interface Packet {
    id?: number;
    type: "query" | "response";
    flags?: number;
    questions?: readonly Question[];
    answers?: readonly unknown[];
    authorities?: readonly unknown[];
    additionals?: readonly unknown[];
  }

  const packet: {
    encode(packet: Packet): Uint8Array;
    decode(buffer: Uint8Array): Packet & { id: number; questions: Question[] };
    readonly a: Codec<string>;
    readonly aaaa: Codec<string>;
    readonly txt: Codec<Uint8Array[]>;
    readonly tlsa: Codec<{
      usage: number;
      selector: number;
      matchingType: number;
      certificate: Uint8Array;
    }>;
    readonly AUTHORITATIVE_ANSWER: number;
    readonly RECURSION_DESIRED: number;
    readonly AUTHENTIC_DATA: number;
    readonly DNSSEC_OK: number;
    readonly TRUNCATED_RESPONSE: number;
  };
  export default packet;
}
