import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a link opens. The purpose is part of the MAC: a link of one kind never opens another. */
export type LinkPurpose = 'hand-off' | 'bundle' | 'run' | 'sign-in' | 'file' | 'form';
/** What a text that travels through other hands is for. */
export type SealPurpose = 'given';

/** What stands in a link: an id and, for hand-offs, the generation that moving or withdrawing raises. */
export type Linked = { id: string; generation: number };

/** A link that was read: good, made under a key that this portal does not have, or damaged. */
export type Verified = { is: 'good'; linked: Linked } | { is: 'other_key' } | { is: 'damaged' };

export type Links = {
  /** The text of a link: 52 characters that are safe in an address. The same input gives the same text. */
  mint(purpose: LinkPurpose, linked: Linked): string;
  /** Reads a link. The MAC is compared in constant time; nothing else of the link is believed before it. */
  verify(purpose: LinkPurpose, text: string): Verified;
  /** A text that anybody may read and nobody may change, safe in an address. */
  seal(purpose: SealPurpose, text: string): string;
  /** The text under a seal; null when it was changed, or sealed for something else. */
  unseal(purpose: SealPurpose, sealed: string): string | null;
};

const BYTES = 39; // a multiple of three: base64url then has no spare bits in which two texts could mean the same

/**
 * Links without stored secrets: id (16 bytes), generation (2), key id (2), MAC (16), checksum (3). The checksum has no
 * part in security: it tells a link that an email program broke from one that another portal made.
 */
export function createLinks(secret: string): Links {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'baton links', 32));
  const keyId = createHash('sha256').update(key).digest().subarray(0, 2);

  const mac = (purpose: LinkPurpose | SealPurpose, head: Buffer) =>
    createHmac('sha256', key).update(`${purpose}\0`).update(head).digest().subarray(0, 16);

  return {
    mint(purpose, { id, generation }) {
      const head = Buffer.concat([Buffer.from(id.replaceAll('-', ''), 'hex'), Buffer.alloc(2), keyId]);
      head.writeUInt16BE(generation, 16);
      const signed = Buffer.concat([head, mac(purpose, head)]);
      return Buffer.concat([signed, checksum(signed)]).toString('base64url');
    },
    verify(purpose, text) {
      if (!/^[A-Za-z0-9_-]{52}$/.test(text)) return { is: 'damaged' };
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length !== BYTES || !bytes.subarray(36).equals(checksum(bytes.subarray(0, 36)))) return { is: 'damaged' };
      const head = bytes.subarray(0, 20);
      if (!head.subarray(18).equals(keyId)) return { is: 'other_key' };
      if (!timingSafeEqual(bytes.subarray(20, 36), mac(purpose, head))) return { is: 'damaged' };
      return { is: 'good', linked: { id: uuid(head.subarray(0, 16)), generation: head.readUInt16BE(16) } };
    },
    seal(purpose, text) {
      const body = Buffer.from(text);
      return `${body.toString('base64url')}.${mac(purpose, body).toString('base64url')}`;
    },
    unseal(purpose, sealed) {
      const [, text = '', code = ''] = /^([\w-]+)\.([\w-]{22})$/.exec(sealed) ?? [];
      const body = Buffer.from(text, 'base64url');
      const given = Buffer.from(code, 'base64url');
      const own = mac(purpose, body);
      return given.length === own.length && timingSafeEqual(given, own) ? body.toString() : null;
    },
  };
}

function checksum(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, 3);
}

function uuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
