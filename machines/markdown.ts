/**
 * Text of people as it stands within Markdown: whatever they typed is read as these very characters, and makes no
 * heading, no emphasis and no link. Lines stay lines.
 */
export function asMarkdown(text: string): string {
  return text
    .replace(/[\\`*_[\]<|~]|&(?=#?\w+;)/g, '\\$&')
    .replace(/(^|\n)[^\S\n]+/g, '$1')
    .replace(/(^|\n)([#>+=-])/g, '$1\\$2')
    .replace(/(^|\n)(\d{1,9})([.)])/g, '$1$2\\$3');
}
