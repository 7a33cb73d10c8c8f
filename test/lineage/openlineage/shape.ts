/**
 * What OpenLineage's JSON schemas (2-0-2, and the facets' own) ask of the events this daemon writes, strict: unknown facets and fields are
 * refused, so that a misspelt one is seen.
 */
import { z } from 'zod';

const facet = z.strictObject({ _producer: z.url(), _schemaURL: z.url() });
const named = (name: string, version: string) =>
  facet.extend({ _schemaURL: z.literal(`https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`) });

const transformation = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('DIRECT'),
    subtype: z.enum(['IDENTITY', 'TRANSFORMATION', 'AGGREGATION']),
    description: z.string().optional(),
    masking: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('INDIRECT'),
    subtype: z.enum(['JOIN', 'GROUP_BY', 'FILTER', 'SORT', 'WINDOW', 'CONDITIONAL']),
    masking: z.boolean(),
  }),
]);

const inputField = z.strictObject({
  namespace: z.string().min(1),
  name: z.string().min(1),
  field: z.string().min(1),
  transformations: z.array(transformation).min(1),
});

const datasetFacets = {
  dataSource: named('DatasourceDatasetFacet', '1-0-1').extend({ name: z.string(), uri: z.url() }),
  schema: named('SchemaDatasetFacet', '1-2-0')
    .extend({ fields: z.array(z.strictObject({ name: z.string().min(1), type: z.string().optional() })).min(1) })
    .optional(),
  symlinks: named('SymlinksDatasetFacet', '1-0-1')
    .extend({ identifiers: z.array(z.strictObject({ namespace: z.string(), name: z.string(), type: z.string() })) })
    .optional(),
};

const dataset = <T extends z.ZodRawShape>(more: T) =>
  z.strictObject({
    namespace: z.string().min(1),
    name: z.string().min(1),
    facets: z.strictObject({ ...datasetFacets, ...more }),
  });

const described = {
  inputs: z.array(dataset({})).optional(),
  outputs: z
    .array(
      dataset({
        columnLineage: named('ColumnLineageDatasetFacet', '1-2-0')
          .extend({
            fields: z.record(z.string().min(1), z.strictObject({ inputFields: z.array(inputField) })),
            dataset: z.array(inputField).min(1).optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  job: z.strictObject({
    namespace: z.string().min(1),
    name: z.string().min(1),
    facets: z.strictObject({
      jobType: named('JobTypeJobFacet', '2-0-3').extend({
        processingType: z.enum(['BATCH', 'STREAMING']),
        integration: z.string(),
        jobType: z.string(),
      }),
      sql: named('SQLJobFacet', '1-1-0').extend({ query: z.string(), dialect: z.string() }).optional(),
      sourceCode: named('SourceCodeJobFacet', '1-0-1')
        .extend({ language: z.string(), sourceCode: z.string() })
        .optional(),
      ownership: named('OwnershipJobFacet', '1-0-1')
        .extend({ owners: z.array(z.strictObject({ name: z.string(), type: z.string() })) })
        .optional(),
    }),
  }),
};

const schemaUrl = (definition: string) =>
  z.literal(`https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/${definition}`);

export const RunEvent = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime(),
  producer: z.url(),
  schemaURL: schemaUrl('RunEvent'),
  run: z.strictObject({
    runId: z.uuid(),
    facets: z.strictObject({
      flink_job: facet.extend({
        _schemaURL: schemaUrl('RunFacet'),
        jobId: z.string(),
        applicationId: z.string().optional(),
        status: z.string().optional(),
      }),
      errorMessage: named('ErrorMessageRunFacet', '1-0-1')
        .extend({ message: z.string(), programmingLanguage: z.string(), stackTrace: z.string().optional() })
        .optional(),
    }),
  }),
  ...described,
});

export const JobEvent = z.strictObject({
  eventTime: z.iso.datetime(),
  producer: z.url(),
  schemaURL: schemaUrl('JobEvent'),
  ...described,
});
