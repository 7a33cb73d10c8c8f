/** Branded identifiers: a plain string of the wrong kind does not type-check where one of these is wanted. */
declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]?: B };

/** Name of a Flink job (作业); runs come and go, the name stays. */
export type JobName = Brand<string, 'JobName'>;
/** Flink's 32-digit hexadecimal id of one run of a job. */
export type JobId = Brand<string, 'JobId'>;
/** YARN application ID (`application_1700000000000_0042`) or what stands for it on Kubernetes. */
export type AppId = Brand<string, 'AppId'>;
/** YARN container ID, or a pod's name. */
export type ContainerId = Brand<string, 'ContainerId'>;
