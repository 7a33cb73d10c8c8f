import type { ComponentChildren, JSX } from 'preact';

const INLINE = /(\*\*[^*]+\*\*)|(\[[^\]]+\]\([^)\s]+\))|(`[^`]+`)/g;

/** Only addresses a browser may follow; anything else stays text. */
function safeHref(href: string): string | null {
  if (!URL.canParse(href, window.location.href)) return null;
  const url = new URL(href, window.location.href);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}

/** Splitting at a pattern with groups yields the matches too, and undefined for the groups that did not take part. */
function inline(text: string): ComponentChildren[] {
  return text.split(INLINE).map((piece, i) => {
    if (piece === undefined || piece === '') return null;
    const anchor = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(piece);
    const href = anchor ? safeHref(anchor[2] ?? '') : null;
    if (anchor && href) {
      const own = href.startsWith(`${window.location.origin}/`);
      return (
        <a key={i} href={href} {...(own ? {} : { target: '_blank', rel: 'noreferrer' })}>
          {anchor[1]}
        </a>
      );
    }
    if (/^\*\*.+\*\*$/.test(piece)) return <strong key={i}>{piece.slice(2, -2)}</strong>;
    if (/^`.+`$/.test(piece)) return <code key={i}>{piece.slice(1, -1)}</code>;
    return piece;
  });
}

/** The markdown chat robots take: headings, bold, quotes, lists, links. Everything else is shown as it is. */
export function Markdown({ text }: { text: string }): JSX.Element {
  return (
    <>
      {text.split('\n').map((line, i) => {
        const heading = /^#{1,6}\s+(.*)$/.exec(line);
        if (heading) return <h3 key={i}>{inline(heading[1] ?? '')}</h3>;
        const quote = /^>\s?(.*)$/.exec(line);
        if (quote) return <blockquote key={i}>{inline(quote[1] ?? '')}</blockquote>;
        const item = /^\s*[-*]\s+(.*)$/.exec(line);
        if (item) return <p key={i}>• {inline(item[1] ?? '')}</p>;
        return line.trim() === '' ? <br key={i} /> : <p key={i}>{inline(line)}</p>;
      })}
    </>
  );
}
