import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RuleDocument } from '../../api/rules.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { Loading } from '../../parts/states.tsx';
import { finished, isDocument } from './document.ts';
import { loadYaml, toYaml } from './yaml-text.ts';

interface Notation {
  print(document: RuleDocument): string;
  /** Throws on text that is not of the notation. */
  parse(text: string): unknown;
}

const JSON_NOTATION: Notation = {
  print: document => JSON.stringify(document, null, 2),
  parse: text => JSON.parse(text),
};

interface Props {
  readonly notation: 'yaml' | 'json';
  readonly document: RuleDocument;
  readonly onChange: (document: RuleDocument) => void;
}

/** The document as text. What can be read becomes the document at each key; what cannot stays as typed, with the reason. */
export function TextSide({ notation: name, document, onChange }: Props): JSX.Element {
  const { editor: w } = moreWords();
  const [notation, setNotation] = useState<Notation | null>(name === 'json' ? JSON_NOTATION : null);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState('');
  /** The document the text stands for; another one comes from the form. */
  const written = useRef('');

  useEffect(() => {
    if (name === 'json') return;
    void loadYaml().then(yaml =>
      setNotation({ print: doc => toYaml(yaml, doc), parse: source => yaml.parse(source) as unknown }),
    );
  }, [name]);
  const key = JSON.stringify(document);
  useEffect(() => {
    if (notation === null || written.current === key) return;
    written.current = key;
    setText(notation.print(document));
    setWrong('');
  }, [notation, key]);

  if (notation === null) return <Loading />;
  const edit = (source: string): void => {
    setText(source);
    try {
      const value = notation.parse(source);
      if (!isDocument(value)) throw new TypeError(`not a rule: ${source.slice(0, 40)}`);
      setWrong('');
      written.current = JSON.stringify(finished(value));
      onChange(value);
    } catch (error) {
      setWrong(w.textWrong(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)));
    }
  };
  return (
    <section class="card">
      <textarea
        class="text-side mono"
        aria-label={w.document}
        spellcheck={false}
        value={text}
        rows={Math.max(24, text.split('\n').length + 1)}
        {...(wrong ? { 'aria-invalid': true } : {})}
        onInput={event => edit(event.currentTarget.value)}
      />
      {wrong && (
        <p class="card-body field-wrong" role="status">
          {wrong}
        </p>
      )}
    </section>
  );
}
