// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what this file is about

/** Control characters but tab and line feed. PostgreSQL refuses NUL, people cannot see the others. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Marks that turn the direction of text: in a single line they can make one value look like another. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g;

/** Many lines of text: line ends unified, control characters and halves of characters taken out, trimmed. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROLS, '').trim();
}

/** One line of text: as `cleanText`, with line ends and tabs turned into spaces and direction marks taken out. */
export function cleanLine(text: string): string {
  return cleanText(text)
    .replace(/[\n\t\u2028\u2029]+/g, ' ')
    .replace(BIDI, '')
    .trim();
}

/** A text as the name of a file: letters, digits, and single hyphens between them. */
export function cleanFileName(text: string): string {
  const name = cleanLine(text)
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return name === '' ? 'document' : name;
}
