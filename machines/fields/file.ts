import { z } from 'zod';
import { type FileReference, filesIn, type Value } from '../values.ts';
import { asFile, bad, COMMON, type FieldType, good, type ReadValue } from './field-type.ts';

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
  type: z.literal('file').describe('file: one file that somebody sends.'),
  ...COMMON,
  accept: z.array(z.enum(KINDS)).min(1).default(['pdf', 'png', 'jpg']).describe('The kinds of files that are taken.'),
  max_mb: z.number().positive().max(10).default(10).describe('How large a file may be, in megabytes.'),
});

export const FILES = z.strictObject({
  ...FILE.shape,
  type: z.literal('files').describe('files: several files that somebody sends.'),
  min: z.int().min(0).max(20).default(1).describe('How many files there must be.'),
  max: z.int().min(1).max(20).default(5).describe('How many files there may be.'),
});

/** What a field says about each file. */
export type FileRules = { accept: FileKind[]; max_mb: number };
export type FileField = z.output<typeof FILE>;
export type FilesField = z.output<typeof FILES>;

/** A file that somebody uploads. Its bytes are kept by the shell; here it is a reference. */
export const file: FieldType<FileField> = {
  read: () => bad('Please choose a file.'),
  readJson: () => bad('A file can only be given in a form.'),
  show: (_, value) => asFile(value)?.name ?? '',
  plain(_, value) {
    const found = asFile(value);
    return found && plainFile(found);
  },
  typed: () => [],
  cel: () => 'string',
  celValue: (_, value) => asFile(value)?.name ?? '',
  celEmpty: '',
};

/** Several files. */
export const files: FieldType<FilesField> = {
  read: () => bad('Please choose files.'),
  readJson: () => bad('Files can only be given in a form.'),
  show: (_, value) =>
    filesIn(value)
      .map(({ name }) => name)
      .join(', '),
  plain: (_, value) => filesIn(value).map(plainFile),
  typed: () => [],
  cel: () => 'list<string>',
  celValue: (_, value) => filesIn(value).map(({ name }) => name),
  celEmpty: [],
};

/** Files that were uploaded, against how many there must and may be. */
export function readFiles({ min, max }: FilesField, given: FileReference[]): ReadValue {
  if (given.length < min) return bad(`Please choose ${min} ${min === 1 ? 'file' : 'files'} at least.`);
  if (given.length > max) return bad(`Please choose ${max} ${max === 1 ? 'file' : 'files'} at most.`);
  return good(given satisfies Value);
}

function plainFile({ id, name, type, size }: FileReference): object {
  return { id, name, type, size };
}
