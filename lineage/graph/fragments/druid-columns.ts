/** Columns of a Druid datasource from its supervisor's `dataSchema`: fields of the topic -> columns of the datasource. */
import { z } from 'zod';
import type { Json } from '../../../model/json.ts';
import type { ControlUse } from '../answers.ts';
import type { DatasetRef } from '../dataset.ts';
import type { ColumnRef, FlowColumn, FragmentFlow, FragmentSchema } from '../fragment.ts';
import { type NamedInExpression, namesInExpression } from './druid-expression.ts';
import { objectOf } from './json-object.ts';

const MAX_COLUMNS = 5000;
const Dimension = z.union([
  z.string().transform(name => ({ name, type: null })),
  z
    .object({ name: z.string(), type: z.string().nullish() })
    .transform(({ name, type }) => ({ name, type: type ?? null })),
]);
const Metric = z.object({
  type: z.string(),
  name: z.string(),
  fieldName: z.string().optional(),
  fieldNames: z.array(z.string()).optional(),
  fields: z.array(z.string()).optional(),
  expression: z.string().optional(),
});
const FlattenField = z.union([
  z.string().transform(name => ({ name, expr: null })),
  z
    .object({ name: z.string(), expr: z.string().nullish() })
    .transform(({ name, expr }) => ({ name, expr: expr ?? null })),
]);
const flattenSpec = z
  .object({ fields: z.array(FlattenField).max(MAX_COLUMNS).default([]) })
  .optional()
  .catch(undefined);

/** The part of an ingestion spec that tells columns; parts that cannot be read are as good as absent. */
export const DruidColumns = z.object({
  dataSchema: z.object({
    timestampSpec: z
      .object({ column: z.string().default('timestamp') })
      .optional()
      .catch(undefined),
    dimensionsSpec: z
      .object({
        dimensions: z.array(Dimension).max(MAX_COLUMNS).default([]),
        spatialDimensions: z
          .array(z.object({ dimName: z.string(), dims: z.array(z.string()).default([]) }))
          .default([]),
        includeAllDimensions: z.boolean().default(false),
        useSchemaDiscovery: z.boolean().default(false),
      })
      .optional()
      .catch(undefined),
    metricsSpec: z.array(Metric).max(MAX_COLUMNS).optional().catch(undefined),
    transformSpec: z
      .object({
        transforms: z
          .array(z.object({ name: z.string(), expression: z.string() }))
          .max(MAX_COLUMNS)
          .default([]),
        filter: z.json().optional(),
      })
      .optional()
      .catch(undefined),
  }),
  ioConfig: z.object({ inputFormat: z.object({ flattenSpec }).optional().catch(undefined) }),
});
export type DruidColumns = z.infer<typeof DruidColumns>;

const TIME = '__time';

export interface DruidFlow {
  readonly flow: FragmentFlow;
  readonly schema: FragmentSchema;
}

/** Null for a spec that tells no columns at all. */
export function druidFlow(
  spec: DruidColumns,
  { node, input, output }: { node: string; input: DatasetRef; output: DatasetRef },
): DruidFlow | null {
  const { timestampSpec, dimensionsSpec, metricsSpec, transformSpec } = spec.dataSchema;
  if (timestampSpec === undefined && dimensionsSpec === undefined && metricsSpec === undefined) return null;
  const fields = new Fields(spec);
  const { dimensions = [], spatialDimensions = [], includeAllDimensions, useSchemaDiscovery } = dimensionsSpec ?? {};
  const columns: FlowColumn[] = [];
  if (timestampSpec !== undefined) columns.push(fields.column(TIME, [timestampSpec.column]));
  for (const { name } of dimensions) columns.push(fields.column(name, [name]));
  for (const { dimName, dims } of spatialDimensions) columns.push(fields.column(dimName, dims));
  for (const metric of metricsSpec ?? []) columns.push(fields.metric(metric));
  const filtered = transformSpec?.filter === undefined ? [] : filterColumns(transformSpec.filter);
  const roles: readonly ControlUse[] = ['filter'];
  const flow: FragmentFlow = {
    node,
    sink: output,
    evidence: 'spec',
    tables: [input],
    columns,
    controls: fields.sources(filtered).map(of => ({ of, roles })),
    // Without a list, or with discovery, every field that comes becomes a column.
    open: dimensions.length === 0 || includeAllDimensions === true || useSchemaDiscovery === true,
  };
  const types = new Map(dimensions.map(({ name, type }) => [name, type]));
  const schema = columns.map(({ name }) => ({ name, type: types.get(name) ?? null }));
  return { flow, schema: { dataset: output, columns: schema } };
}

/** Input fields by the names they have behind flattening and transforms. */
class Fields {
  readonly #transforms = new Map<string, string>();
  /** Name -> the field of the record a path begins at. */
  readonly #flattened = new Map<string, string>();
  readonly #refs = new Map<string, ColumnRef>();

  constructor({ dataSchema, ioConfig }: DruidColumns) {
    for (const { name, expression } of dataSchema.transformSpec?.transforms ?? [])
      this.#transforms.set(name, expression);
    for (const { name, expr } of ioConfig.inputFormat?.flattenSpec?.fields ?? [])
      this.#flattened.set(name, expr === null ? name : rootOf(expr));
  }

  column(name: string, from: readonly string[], called: readonly string[] = []): FlowColumn {
    const found = from.map(field => this.#derived(field));
    return {
      name,
      sources: this.sources(from),
      controls: [],
      open: false,
      functions: [...new Set([...found.flatMap(({ functions }) => functions), ...called])],
      steps: found.flatMap(({ step }) => (step === null ? [] : [step])),
    };
  }

  /** `count` counts rows: it comes from no field. */
  metric({ type, name, fieldName, fieldNames = [], fields = [], expression }: z.infer<typeof Metric>): FlowColumn {
    const named = expression === undefined ? [] : namesInExpression(expression).columns;
    const from = [...(fieldName === undefined ? [] : [fieldName]), ...fieldNames, ...fields, ...named];
    const column = this.column(name, [...new Set(from)], [type]);
    return expression === undefined ? column : { ...column, steps: [...column.steps, expression] };
  }

  sources(names: readonly string[]): readonly ColumnRef[] {
    const fields = new Set(
      names.flatMap(name => this.#derived(name).columns.map(field => this.#flattened.get(field) ?? field)),
    );
    return [...fields].map(field => {
      const ref = this.#refs.get(field) ?? { table: 0, column: field };
      this.#refs.set(field, ref);
      return ref;
    });
  }

  /** A transform sees the fields of the record, never the result of another transform. */
  #derived(name: string): NamedInExpression & { readonly step: string | null } {
    const expression = this.#transforms.get(name);
    if (expression === undefined) return { columns: [name], functions: [], step: null };
    return { ...namesInExpression(expression), step: expression };
  }
}

/** `$.a.b[0]`, `.a.b` (jq) and `$['a']` begin at the record's field a. */
function rootOf(path: string): string {
  return (
    /^\$?\.?(?:\[\s*['"]([^'"]+)['"]\s*\]|([^.[]+))/
      .exec(path)
      ?.slice(1)
      .find(part => part !== undefined) ?? path
  );
}

/** Fields a filter (`selector`, `and`, `expression` …) looks at. */
function filterColumns(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(filterColumns);
  const filter = objectOf(value);
  if (filter === null) return [];
  const { dimension, column, dimensions, expression, fields, field } = filter;
  const listed = Array.isArray(dimensions) ? dimensions : [];
  const named = [dimension, column, ...listed].filter(name => typeof name === 'string');
  const said = typeof expression === 'string' ? namesInExpression(expression).columns : [];
  return [...named, ...said, ...filterColumns(fields), ...filterColumns(field)];
}
