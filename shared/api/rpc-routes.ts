// Where the JSON-RPC face is reached: beside the table of routes, for what goes on there is no part of the REST contract.
import type { FunctionName } from './route.ts';

/** What a gateway needs to know of a route, whichever face serves it. */
export interface GatewayRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';
  readonly path: string;
  readonly access: string;
  readonly fn: FunctionName | 'rpc' | 'console';
  readonly bodyBytes?: number;
  readonly throttle?: { readonly perSecond: number; readonly burst: number };
}

const face = { access: 'open', fn: 'rpc' } as const;

const RPC_PATH = '/api_jsonrpc.php';

export const rpcRoutes = {
  rpc: { ...face, method: 'POST', path: RPC_PATH },
  rpcAllowed: { ...face, method: 'OPTIONS', path: RPC_PATH },
  /** One address for each tenant. */
  rpcOfTenant: { ...face, method: 'POST', path: `/t/{tenant}${RPC_PATH}` },
  rpcOfTenantAllowed: { ...face, method: 'OPTIONS', path: `/t/{tenant}${RPC_PATH}` },
} as const satisfies Record<string, GatewayRoute>;
