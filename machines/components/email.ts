import { z } from 'zod';
import { KEY } from '../words.ts';
import { ID } from './form.ts';

/** One mail to an actor, written by the owner. It carries no link that decides anything. */
export const EMAIL_COMPONENT = z
  .strictObject({
    id: ID,
    to: KEY.describe('The actor who gets it.'),
    subject: z.string().min(1).max(300).describe('Its subject, a template.'),
    body: z.string().min(1).max(20_000).describe('Its text, a template.'),
    attach: z.array(KEY).max(10).default([]).describe('Data of type file or files that is attached.'),
  })
  .describe('Sends one mail to an actor; the run goes on at once.');
