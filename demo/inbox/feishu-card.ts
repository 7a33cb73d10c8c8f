/** A Feishu card as markdown: header, blocks, rules and buttons are what its app would show. */

interface Element {
  readonly tag?: string;
  readonly text?: { readonly content?: string };
  readonly actions?: readonly { readonly text?: { readonly content?: string }; readonly url?: string }[];
}

interface Card {
  readonly header?: { readonly title?: { readonly content?: string } };
  readonly elements?: readonly Element[];
}

/** Title and text of a card; elements it does not know are left out. */
export function cardMarkdown(card: Card): { readonly subject: string; readonly text: string } {
  return {
    subject: card.header?.title?.content ?? '',
    text: (card.elements ?? []).flatMap(elementLines).join('\n'),
  };
}

function elementLines({ tag, text, actions }: Element): readonly string[] {
  switch (tag) {
    case 'hr':
      return [''];
    case 'div':
      return [text?.content ?? ''];
    case 'action':
      return (actions ?? []).map(action => `[${action.text?.content ?? ''}](${action.url ?? ''})`);
    default:
      return [];
  }
}
