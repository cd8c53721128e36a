// The HTTP API: every route of the table whose function is deployed, its authorizer, throttling and access log.
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { gatewayRoutes } from '../../shared/api/gateway-routes.ts';
import { routeKey } from '../../shared/api/route.ts';
import type { GatewayRoute } from '../../shared/api/rpc-routes.ts';
import { acknowledge } from './acknowledge.ts';
import type { ApiDomain } from './domain.ts';
import type { Functions } from './functions.ts';
import type { Settings } from './settings.ts';

/**
 * What is logged of every request: never a path's values, a query, a header or a body. Source: API Gateway developer
 * guide, "Customize HTTP API access logs"; what is not in that list is logged as `-`.
 */
const ACCESS_LOG = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  functionMs: '$context.integrationLatency',
  authorizerError: '$context.authorizer.error',
  tenant: '$context.authorizer.tenant',
  sourceIp: '$context.identity.sourceIp',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
};

export interface ApiProps {
  readonly settings: Settings;
  readonly functions: Functions;
  readonly domain?: ApiDomain | undefined;
}

export class Api extends Construct {
  readonly api: HttpApi;
  readonly url: string;
  readonly #props: ApiProps;
  readonly #integrations = new Map<GatewayRoute['fn'], HttpLambdaIntegration>();

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.#props = props;
    const { settings, domain } = props;
    this.api = new HttpApi(this, 'Api', {
      apiName: `sereno-${settings.stage}`,
      createDefaultStage: false,
      disableExecuteApiEndpoint: domain !== undefined,
    });
    const added = this.#addRoutes();
    const stage = this.#stage();
    // The throttle of a route can only be set once the route is there.
    for (const route of added) stage.node.addDependency(route);
    this.url = domain === undefined ? this.api.apiEndpoint : domain.url;
  }

  /** The routes whose function is deployed, by name. */
  #served(): [string, GatewayRoute][] {
    const { byName } = this.#props.functions;
    return Object.entries(gatewayRoutes).filter(([, { fn }]) => byName.has(fn));
  }

  #addRoutes(): HttpRoute[] {
    const authorizer = this.#authorizer();
    const added = this.#served().map(([name, { method, path, fn, access }]) => {
      const route = new HttpRoute(this, name, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(path, HttpMethod[method]),
        integration: this.#integration(fn),
        authorizer: access === 'open' ? new HttpNoneAuthorizer() : authorizer,
      });
      if (access === 'open') openOnPurpose(route, `${method} ${path}`);
      return route;
    });
    // Anything else gets the contract's own 404 instead of the gateway's.
    const other = new HttpRoute(this, 'other', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: this.#integration('public'),
      authorizer: new HttpNoneAuthorizer(),
    });
    openOnPurpose(other, 'a path that does not exist');
    return [...added, other];
  }

  #integration(fn: GatewayRoute['fn']): HttpLambdaIntegration {
    const known = this.#integrations.get(fn);
    if (known !== undefined) return known;
    const integration = new HttpLambdaIntegration(fn, this.#props.functions.called(fn), {
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      // Left out, the gateway waits 30 s, the outermost of the times that nest; the construct would take no more than 29.
    });
    this.#integrations.set(fn, integration);
    return integration;
  }

  /**
   * It never denies, so that no answer may be cached. It is not called where there is no token to look at: the gateway answers
   * 401 by itself, and neither it nor a function runs. Source: API Gateway V2 API reference, "CreateAuthorizer", identitySource.
   */
  #authorizer(): HttpLambdaAuthorizer {
    return new HttpLambdaAuthorizer('authorizer', this.#props.functions.called('authorizer'), {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      resultsCacheTtl: Duration.seconds(0),
    });
  }

  #stage(): HttpStage {
    const { settings, domain } = this.#props;
    const log = new LogGroup(this, 'AccessLog', {
      // Groups of this name take API Gateway's lines without a growing resource policy.
      logGroupName: `/aws/vendedlogs/sereno-${settings.stage}-access`,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.rateLimit, burstLimit: settings.rateLimit * 2 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
      ...(domain === undefined ? {} : { domainMapping: { domainName: domain.name } }),
    });
    (stage.node.defaultChild as CfnStage).routeSettings = {
      ...throttles(this.#served().map(([, route]) => route)),
      [HttpRouteKey.DEFAULT.key]: throttleOf(NOWHERE),
    };
    return stage;
  }
}

/** Paths that do not exist: nobody needs their 404 often. */
const NOWHERE = { perSecond: 10, burst: 50 };

function throttleOf({ perSecond, burst }: NonNullable<GatewayRoute['throttle']>) {
  return { ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: burst };
}

/** The routes that have a throttle of their own besides the stage's. */
function throttles(served: readonly GatewayRoute[]) {
  const own = served.flatMap((route) =>
    route.throttle === undefined ? [] : [[routeKey(route), route.throttle] as const],
  );
  return Object.fromEntries(own.map(([key, throttle]) => [key, throttleOf(throttle)]));
}

function openOnPurpose(route: HttpRoute, what: string): void {
  acknowledge(route, 'AwsSolutions-APIG4', `Open by the contract: ${what}.`);
}
