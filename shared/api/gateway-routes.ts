// Everything that a gateway serves: the REST contract, JSON-RPC and the console.
import { consoleRoutes } from './console-routes.ts';
import { routes } from './routes.ts';
import { type GatewayRoute, rpcRoutes } from './rpc-routes.ts';

export const gatewayRoutes: Readonly<Record<string, GatewayRoute>> = {
  ...routes,
  ...rpcRoutes,
  ...consoleRoutes,
};
