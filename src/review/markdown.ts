/** How do people's words become HTML that is safe to show? Markdown without HTML, and of what it makes only what is listed here. */
import MarkdownIt from 'markdown-it';
import sanitize from 'sanitize-html';

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true }).disable('image');

/** Everything else is left out, with its content where that is no text. */
const ALLOWED: sanitize.IOptions = {
  allowedTags: [
    ...['p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'],
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: { a: ['href', 'rel'], ol: ['start'] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesAppliedToAttributes: ['href'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  transformTags: {
    // Nobody gains a place in a search engine by a comment, nor learns where its readers came from.
    a: (tagName, { href = '' }) => ({ tagName, attribs: { href, rel: 'nofollow noopener noreferrer' } }),
  },
};

export const htmlOf = (text: string): string => sanitize(markdown.render(text), ALLOWED).trim();

/** What is said in prose, and not in code or in the address of a link. */
export function proseOf(text: string): string {
  const parts: string[] = [];
  for (const block of markdown.parse(text, {})) {
    for (const { type, content } of block.children ?? []) {
      if (type === 'text') parts.push(content);
      else if (type === 'softbreak' || type === 'hardbreak' || type === 'code_inline') parts.push('\n');
    }
    parts.push('\n');
  }
  return parts.join('').trim();
}
