import { MEANINGS } from './codes.ts';
import type { Finding, FindingCode } from './finding.ts';

/**
 * Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines. Each rule that was broken is
 * explained once, with the remedies of its findings. Files are named relative to where the check ran.
 */
export function sarifOf(findings: readonly Finding[]) {
  const codes = [...new Set(findings.map(({ code }) => code))];
  const rules = codes.map((code) => ruleOf(code, findings));
  const results = findings.map((finding) => resultOf(finding, codes.indexOf(finding.code)));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Baton', rules } }, columnKind: 'utf16CodeUnits', results }],
  };
}

function ruleOf(code: FindingCode, findings: readonly Finding[]) {
  const broken = findings.filter((finding) => finding.code === code);
  const remedies = [...new Set(broken.map(({ remedy }) => remedy))];
  return {
    id: code,
    shortDescription: { text: MEANINGS[code] },
    help: { text: remedies.join('\n') },
    defaultConfiguration: { level: broken.some(({ severity }) => severity === 'error') ? 'error' : 'warning' },
  };
}

function resultOf({ file, line, column, code, severity, message, remedy, place }: Finding, ruleIndex: number) {
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: `${message} ${remedy}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } },
        ...(place === '' ? {} : { logicalLocations: [{ fullyQualifiedName: place }] }),
      },
    ],
  };
}

/** A path as a relative reference: a colon in its first part would make it an address of its own. */
function uriOf(file: string): string {
  return file.toWellFormed().replaceAll('\\', '/').replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
}
