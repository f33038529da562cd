import { z } from 'zod';
import { asFile, bad, COMMON, type FieldType } from './field-type.ts';

/** The kinds of files that can be asked for, and what each is called on the wire. */
export const FILE_KINDS = {
  pdf: ['application/pdf'],
  png: ['image/png'],
  jpg: ['image/jpeg'],
  gif: ['image/gif'],
  webp: ['image/webp'],
  docx: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  csv: ['text/csv'],
  txt: ['text/plain'],
} as const;

export type FileKind = keyof typeof FILE_KINDS;

const KINDS = ['pdf', 'png', 'jpg', 'gif', 'webp', 'docx', 'xlsx', 'csv', 'txt'] as const satisfies FileKind[];

export const FILE = z.strictObject({
  type: z.literal('file'),
  ...COMMON,
  accept: z.array(z.enum(KINDS)).min(1).default(['pdf', 'png', 'jpg']),
  max_mb: z.number().positive().max(10).default(10),
});

export type FileField = z.output<typeof FILE>;

/** A file that somebody uploads. Its bytes are kept by the shell; here it is a reference. */
export const file: FieldType<FileField> = {
  read: () => bad('Please choose a file.'),
  readJson: () => bad('A file can only be given in a form.'),
  show: (_, value) => asFile(value)?.name ?? '',
  plain(_, value) {
    const found = asFile(value);
    return found && { id: found.id, name: found.name, type: found.type, size: found.size };
  },
  typed: () => [],
  cel: 'string',
  celValue: (_, value) => asFile(value)?.name ?? '',
  celEmpty: '',
};
