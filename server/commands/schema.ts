import { workflowSchema } from '../../machines/json-schema.ts';

/** `baton schema`: prints the JSON Schema of workflow files. */
export function schemaCommand(): number {
  process.stdout.write(`${JSON.stringify(workflowSchema(), null, 2)}\n`);
  return 0;
}
