/** A message as an adaptive card: title, one container of facts for each alert, a button. https://adaptivecards.io/explorer */
import type { Message } from '../alerting/notify/message.ts';
import type { Lang } from './language.ts';
import { loosened, markdownUrl } from './markdown.ts';
import { type OutlineRow, outline } from './outline.ts';
import { fitRows } from './truncate.ts';

const COLOURS: Readonly<Record<Message['severity'], string>> = {
  critical: 'attention',
  error: 'attention',
  warning: 'warning',
  info: 'accent',
};

/** The request body, at most `limit` bytes. */
export function renderTeamsCard(message: Message, lang: Lang, limit: number): string {
  const { headline, facts, rows, more, open, url } = outline(message, lang);
  const color = message.status === 'resolved' ? 'good' : COLOURS[message.severity];
  return fitRows(
    rows.map(pieces),
    (shown, dropped) => {
      const missing = more(dropped);
      const content = {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        msteams: { width: 'full' },
        body: [
          { type: 'TextBlock', text: loosened(headline), size: 'large', weight: 'bolder', color, wrap: true },
          { type: 'TextBlock', text: loosened(facts), isSubtle: true, wrap: true, spacing: 'none' },
          ...shown.map(container),
          ...(missing === '' ? [] : [{ type: 'TextBlock', text: link(missing, url), wrap: true }]),
        ],
        actions: [{ type: 'Action.OpenUrl', title: open, url }],
      };
      const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
      return JSON.stringify({ type: 'message', attachments: [attachment] });
    },
    limit,
  );
}

/** The title of a row, or one of its facts. */
interface Piece {
  readonly title: string;
  readonly value: string;
}

function pieces({ status, title, url, lines }: OutlineRow): readonly Piece[] {
  return [
    { title: '', value: `**${loosened(status)}** ${link(title, url)}` },
    ...lines.map(line => ({
      title: loosened(line.label),
      value: line.url === undefined ? loosened(line.text) : link(line.text, line.url),
    })),
  ];
}

function container([head, ...facts]: readonly Piece[]): object {
  return {
    type: 'Container',
    separator: true,
    items: [
      { type: 'TextBlock', text: head?.value ?? '', wrap: true },
      ...(facts.length > 0 ? [{ type: 'FactSet', facts }] : []),
    ],
  };
}

function link(text: string, url: string): string {
  return `[${loosened(text)}](${markdownUrl(url)})`;
}
