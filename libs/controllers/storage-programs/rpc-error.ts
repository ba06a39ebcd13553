/** An error of a CSI call, as gRPC words it. */
export const rpcError = (code: string, description: string): string => `rpc error: code = ${code} desc = ${description}`;
