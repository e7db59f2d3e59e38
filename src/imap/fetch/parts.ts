/**
 * Part numbers: which entity `2.1.3` stands for (RFC 9051 §6.4.5.1).
 *
 * @module
 */

import type { Entity } from "../../mail/mod.ts";

/**
 * The parts of a multipart. One without any (no usable boundary, beyond the limits) has
 * all of its body as a text: the grammar wants at least one (RFC 9051 §9, body-type-mpart),
 * and whoever reads such a message wants to see what is in it.
 */
export function partsOf(multipart: Entity): readonly Entity[] {
  if (multipart.children.length > 0) return multipart.children;
  const { encoding, body, lines } = multipart;
  return [{
    type: "text",
    subtype: "plain",
    params: [],
    encoding,
    language: [],
    header: { start: body.start, end: body.start },
    body,
    lines,
    children: [],
    message: undefined,
  }];
}

/** The entity that `path` names below the message `root`; undefined where there is none. */
export function findPart(
  root: Entity,
  path: readonly number[],
): Entity | undefined {
  let part: Entity | undefined;
  let holder: Entity | undefined = root;
  for (const number of path) {
    if (part) holder = part.type === "multipart" ? part : part.message;
    part = holder && numbered(holder, number);
    if (part === undefined) return undefined;
  }
  return part;
}

/** RFC 9051 §6.4.5.1: a message that is no multipart has one part, its own body. */
function numbered(holder: Entity, number: number): Entity | undefined {
  if (holder.type === "multipart") return partsOf(holder)[number - 1];
  return number === 1 ? holder : undefined;
}
