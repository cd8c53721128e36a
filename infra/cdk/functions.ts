// The Lambda functions: one per name whose file is written, each with its own bundle, log group, role and environment.
import { fileURLToPath } from 'node:url';
import { ArnFormat, AssetHashType, DockerImage, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { OPS_INDEX } from '../../cloud/store/layout.ts';
import { BUNDLE_HANDLER, bundleFunction, isWritten } from './bundle.ts';
import { Canary } from './canary.ts';
import { environmentOf } from './environment.ts';
import { grants, grantsWithKey, type LambdaName, speaksToAgents } from './grants.ts';
import { agentArns, functionName } from './names.ts';
import { functionRole, type TargetArns } from './role.ts';
import type { Settings } from './settings.ts';
import { shapeOf } from './shapes.ts';
import type { Store } from './table.ts';

const CLOUD = fileURLToPath(new URL('../../cloud', import.meta.url));

/** esbuild on this machine; there is no image to fall back to. */
function code(name: LambdaName): Code {
  return Code.fromAsset(CLOUD, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none'),
      // Never run, but part of the key under which the CDK keeps a bundle: without it all functions share one.
      command: [name],
      local: {
        tryBundle: (folder) => {
          bundleFunction(name, folder);
          return true;
        },
      },
    },
  });
}

/** What no flood of calls may take from a function; undefined: it shares in what the account has. */
function reserved(name: LambdaName, { reservedAuthorizer, reservedPresence }: Settings): number | undefined {
  const kept = name === 'authorizer' ? reservedAuthorizer : name === 'presence' ? reservedPresence : 0;
  return kept === 0 ? undefined : kept;
}

export interface FunctionsProps {
  readonly settings: Settings;
  readonly store: Store;
  /** Where events go that a function could not process. */
  readonly failures: Queue;
  /** The key of the ledger's HMACs, as an environment variable. */
  readonly secret: string;
  /** ARN of the key that data keys are wrapped under. */
  readonly sealKey: string;
  /** Where the IoT data plane is, as a URL. */
  readonly dataPlane: string;
}

export class Functions extends Construct {
  readonly byName: ReadonlyMap<LambdaName, LambdaFunction>;
  readonly #props: FunctionsProps;
  readonly #arns: TargetArns;
  readonly #canary: Canary | null;
  readonly #aliases = new Map<LambdaName, IFunction>();

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#props = props;
    this.#canary = props.settings.canary ? new Canary(this, 'Canary', props.settings.stage) : null;
    const { client, thing, certificate, commandTopic } = agentArns(this);
    this.#arns = {
      table: props.store.table.tableArn,
      opsIndex: props.store.indexArn(OPS_INDEX),
      agentClients: client,
      agentThings: thing,
      agentCertificates: certificate,
      commandTopics: commandTopic,
      failures: props.failures.queueArn,
      sealKey: props.sealKey,
      // Named by no grant where there is none.
      dataKey: props.settings.dataKey ?? '',
      // By its name: the function that needs it may be made before it.
      deliver: this.#arnOf('deliver'),
      keep: this.#arnOf('keep'),
    };
    const written = (Object.keys(grants) as LambdaName[]).filter(isWritten);
    this.byName = new Map(written.map((name) => [name, this.#make(name)]));
  }

  /** @throws Error where the function's file is missing */
  get(name: LambdaName): LambdaFunction {
    const found = this.byName.get(name);
    if (found === undefined) throw new Error(`cloud/functions/${name}.ts is missing`);
    return found;
  }

  /** What the gateway calls: the function, or the alias by which its new versions come little by little. */
  called(name: LambdaName): IFunction {
    const known = this.#aliases.get(name);
    if (known !== undefined || this.#canary === null) return known ?? this.get(name);
    const alias = this.#canary.aliasOf(name, this.get(name));
    this.#aliases.set(name, alias);
    return alias;
  }

  #arnOf(name: LambdaName): string {
    return Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName(this.#props.settings.stage, name),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #make(name: LambdaName): LambdaFunction {
    const { settings, store, secret, sealKey, dataPlane } = this.#props;
    const scope = new Construct(this, name);
    const { memoryMb, seconds, sees } = shapeOf(name);
    const logGroup = new LogGroup(scope, 'Logs', {
      logGroupName: `/aws/lambda/${functionName(settings.stage, name)}`,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const granted = settings.dataKey === undefined ? grants[name] : grantsWithKey(name);
    const reservedConcurrentExecutions = reserved(name, settings);
    return new LambdaFunction(scope, 'Function', {
      functionName: functionName(settings.stage, name),
      description: `Sereno: cloud/functions/${name}.ts`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: code(name),
      handler: BUNDLE_HANDLER,
      memorySize: memoryMb,
      timeout: Duration.seconds(seconds),
      ...(reservedConcurrentExecutions === undefined ? {} : { reservedConcurrentExecutions }),
      environment: environmentOf(speaksToAgents(name) ? [...sees, 'line'] : sees, {
        settings,
        tableName: store.table.tableName,
        secret,
        sealKey,
        dataPlane,
      }),
      role: functionRole(scope, granted, this.#arns, logGroup),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
    });
  }
}
