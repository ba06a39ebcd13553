/** Bytes that are not a Kubernetes protobuf message, or a value that has no protobuf form. */
export class ProtobufError extends Error {}
