import type { RuleDocument } from '../../api/rules.ts';

type Yaml = typeof import('yaml');

let loaded: Promise<Yaml> | undefined;

/** The YAML library, loaded when somebody first wants to see or write YAML. */
export function loadYaml(): Promise<Yaml> {
  loaded ??= import('yaml');
  return loaded;
}

/** A document as people write it in rule files. */
export function toYaml(yaml: Yaml, document: RuleDocument): string {
  return yaml.stringify(document, { lineWidth: 110, flowCollectionPadding: false });
}
