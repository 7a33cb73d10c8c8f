import type { JSX } from 'preact';
import type { LineageNode } from '../../api/lineage.ts';
import { words } from '../../i18n/language.ts';

export interface Choice {
  /** What the field holds and the API understands: a node id, or a name. */
  readonly value: string;
  readonly label: string;
}

/** Name of a node in addresses: jobs and reports by name, the rest by id. */
export function addressOf(node: Pick<LineageNode, 'id' | 'kind' | 'name'>): string {
  return node.kind === 'job' || node.kind === 'report' ? node.name : node.id;
}

/** Nodes as choices, those of `first` before them, each once. */
export function choicesOf(nodes: readonly LineageNode[], first: readonly Choice[] = []): Choice[] {
  const { lineage: w } = words();
  const found = new Map(first.map(choice => [choice.value, choice]));
  for (const node of nodes) {
    const value = addressOf(node);
    if (!found.has(value)) found.set(value, { value, label: w.kinds[node.kind] });
  }
  return [...found.values()];
}

interface Props {
  /** Unique on the page. */
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly choices: readonly Choice[];
  /** The page's search key leads here. */
  readonly search?: boolean;
  readonly onChoose: (value: string) => void;
}

/** A field for a report, table or job: suggests what is known, takes any name. */
export function NodePicker({ id, label, value, placeholder, choices, search, onChoose }: Props): JSX.Element {
  const choose = (text: string): void => {
    if (text.trim() !== value) onChoose(text.trim());
  };
  return (
    <label class="row node-picker">
      <span class="muted">{label}</span>
      <input
        key={value}
        class="input"
        {...(search ? { 'data-search': true } : {})}
        list={id}
        defaultValue={value}
        placeholder={placeholder}
        onChange={event => choose(event.currentTarget.value)}
        onFocus={event => event.currentTarget.select()}
      />
      <datalist id={id}>
        {choices.map(choice => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </datalist>
    </label>
  );
}
