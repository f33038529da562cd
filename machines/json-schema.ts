import { z } from 'zod';
import { DEFINITION } from './definition.ts';

/**
 * The shape of a workflow file as JSON Schema (draft 2020-12), for editors: what can stand where, and what it means. What
 * the parts say about each other only `check` knows.
 */
export function workflowSchema(): z.core.JSONSchema.BaseSchema {
  const { $schema, ...shape } = z.toJSONSchema(DEFINITION, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' });
  return { $schema, title: 'A workflow of Baton', description: 'A process that goes from person to person by mail.', ...shape };
}
