import { z } from 'zod';

/** What SARIF 2.1.0 (OASIS) demands of the parts that we write; anything else is a mistake. */
const TEXT = z.strictObject({ text: z.string().min(1) });
const LEVEL = z.enum(['none', 'note', 'warning', 'error']);
// A relative reference (RFC 3986): no scheme, no leading slash, nothing that would have to be encoded.
const RELATIVE = z.string().regex(/^(?!\/)(?![^/]*:)[\w.~!$&'()*+,;=:@%/-]+$/);

const RULE = z.strictObject({
  id: z.string().min(1),
  shortDescription: TEXT,
  help: TEXT,
  defaultConfiguration: z.strictObject({ level: LEVEL }),
});

const RESULT = z.strictObject({
  ruleId: z.string().min(1),
  ruleIndex: z.int().min(0),
  level: LEVEL,
  message: TEXT,
  locations: z.array(
    z.strictObject({
      physicalLocation: z.strictObject({
        artifactLocation: z.strictObject({ uri: RELATIVE }),
        region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
      }),
      logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string().min(1) })).optional(),
    }),
  ),
});

const RUN = z
  .strictObject({
    tool: z.strictObject({ driver: z.strictObject({ name: z.string().min(1), rules: z.array(RULE) }) }),
    columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
    results: z.array(RESULT),
  })
  .refine(({ tool }) => new Set(tool.driver.rules.map(({ id }) => id)).size === tool.driver.rules.length, 'Rules stand once.')
  .refine(
    ({ tool, results }) => results.every(({ ruleId, ruleIndex }) => tool.driver.rules[ruleIndex]?.id === ruleId),
    'Each result points at its rule.',
  );

export const SARIF = z.strictObject({ $schema: z.url(), version: z.literal('2.1.0'), runs: z.array(RUN).min(1) });
