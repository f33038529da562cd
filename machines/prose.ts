import { Marked } from 'marked';
import sanitize from 'sanitize-html';

// What people wrote as HTML is shown as they wrote it, not rendered: guidance is plain words with a little Markdown.
const markdown = new Marked({
  gfm: true,
  breaks: true,
  renderer: { html: ({ text }) => asText(text), image: ({ text }) => asText(text) },
});

const ALLOWED = [
  'h3',
  'h4',
  'h5',
  'h6',
  'p',
  'ul',
  'ol',
  'li',
  'strong',
  'em',
  'del',
  'code',
  'pre',
  'blockquote',
  'a',
  'br',
  'hr',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
];

/** Guidance and notes as safe HTML: Markdown without raw HTML, images or scripts; headings begin below those of a page. */
export function proseToHtml(text: string): string {
  return sanitize(markdown.parse(text, { async: false }), {
    allowedTags: ALLOWED,
    allowedAttributes: { a: ['href', 'rel'] },
    allowedSchemes: ['http', 'https', 'mailto'],
    transformTags: {
      h1: 'h3',
      h2: 'h4',
      a: (tagName, { href = '' }) => ({ tagName, attribs: { href, rel: 'noopener nofollow' } }),
    },
  });
}

function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
