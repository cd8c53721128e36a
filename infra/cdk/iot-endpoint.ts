// Where this account's IoT data plane is: asked of IoT Core when the stack is made, for the SDK's own default is another address.
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { functionName } from './names.ts';

/**
 * The endpoint with Amazon's own certificate. Source: AWS IoT Core developer guide, "AWS IoT Core - data plane
 * endpoints": messages are sent to the endpoint that DescribeEndpoint names for the account.
 */
const ENDPOINT_TYPE = 'iot:Data-ATS';

export class IotEndpoint extends Construct {
  /** `https://…-ats.iot.{region}.amazonaws.com`, known once it is deployed. */
  readonly url: string;

  constructor(scope: Construct, id: string, stage: string) {
    super(scope, id);
    const name = functionName(stage, 'endpoint');
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${name}`,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const asked = new AwsCustomResource(this, 'Ask', {
      functionName: name,
      resourceType: 'Custom::IotEndpoint',
      role: this.#role(logGroup),
      logGroup,
      // What Lambda brings along knows this call; another would be fetched from the internet while deploying.
      installLatestAwsSdk: false,
      onUpdate: {
        service: 'IoT',
        action: 'DescribeEndpoint',
        parameters: { endpointType: ENDPOINT_TYPE },
        physicalResourceId: PhysicalResourceId.of(ENDPOINT_TYPE),
        outputPaths: ['endpointAddress'],
      },
    });
    this.url = `https://${asked.getResponseField('endpointAddress')}`;
  }

  #role(logs: LogGroup): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        grants: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logs.logGroupArn],
            }),
            new PolicyStatement({ actions: ['iot:DescribeEndpoint'], resources: ['*'] }),
          ],
        }),
      },
    });
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'IAM knows no resource for iot:DescribeEndpoint.');
    return role;
  }
}
