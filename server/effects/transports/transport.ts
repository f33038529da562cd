import type { FileReference } from '../../../machines/values.ts';

/** A file that leaves with a mail. */
export type Attachment = { file: FileReference; bytes: Uint8Array };

/** One mail, whole: nothing is looked up any more when it leaves. */
export type Letter = {
  /** The effect's id, and the idempotency key: the same letter sent twice is one mail, where the provider can tell. */
  id: string;
  kind: string;
  run: string | null;
  /** The portal's own sender, e.g. `Baton <baton@example.com>`. */
  from: string;
  /** A bare address. */
  to: string;
  subject: string;
  html: string;
  text: string;
  /** From `headersFor`, never from what people typed. */
  headers: Record<string, string>;
  attachments: readonly Attachment[];
};

/** One way a mail leaves. `send` throws EffectFailed, which says whether another try is worth it. */
export type Transport = {
  name: 'local' | 'resend' | 'smtp';
  send(letter: Letter): Promise<{ providerId: string | null }>;
  close(): Promise<void>;
};
