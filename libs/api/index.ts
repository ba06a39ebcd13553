export {
  bodyMediaTypes,
  bodyText,
  type Decoded,
  type DecodeRequest,
  decodeBody,
} from './decode.js';
export { type DecodedValue, DecodeError, decodeParsedJson, decodeValue, type FieldValidation, parseJson } from './decode-value.js';
export { applyDefaults, applyDefaultsOf } from './defaults.js';
export type { Definition, Field, Special, Type } from './definition.js';
export { descriptionOf, fieldDescription } from './descriptions.js';
export {
  type AggregatedVersion,
  aggregatedContentType,
  aggregatedDiscovery,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  builtIn,
  type DiscoveryForm,
  discoveryForm,
  type OwnKind,
  preferredResources,
  type Served,
  storageVersionHash,
} from './discovery.js';
export { duplicateFields } from './duplicate-keys.js';
export type * from './generated/index.js';
export * from './generated/resources.js';
export { JsonSyntaxError, jsonSyntaxError } from './json-text.js';
export { type KindSchema, kindSchema, type SchemaLookup } from './kind-schema.js';
export {
  buildOpenApi,
  type OpenApiDocument,
  openapiV2,
  openapiV2Protobuf,
  openapiV3,
  openapiV3Index,
  swaggerProtobufType,
  wantsSwaggerProtobuf,
} from './openapi/documents.js';
export { decodeProtobuf, encodeProtobuf, encodeProtobufList, encodeWatchFrame, hasProtobuf, ProtobufError } from './protobuf/envelope.js';
export type { Resource } from './resource.js';
export {
  type GroupVersionKind,
  type GroupVersions,
  groupVersionOf,
  parseGroupVersion,
  type ResourceInfo,
  type SubresourceInfo,
  scheme,
} from './scheme.js';
export { decodeUnstructured } from './unstructured.js';
export { byVersionPriority } from './version-priority.js';
