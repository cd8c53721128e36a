// The API's own name: certificate, TLS 1.2, and where its DNS record must point.
import { CfnOutput } from 'aws-cdk-lib';
import { DomainName, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';

export class ApiDomain extends Construct {
  readonly name: DomainName;
  readonly url: string;

  /** @param certificateArn left out, a certificate is asked for: deployment waits until its DNS record is there */
  constructor(scope: Construct, id: string, domain: string, certificateArn: string | undefined) {
    super(scope, id);
    const certificate =
      certificateArn === undefined
        ? new Certificate(this, 'Certificate', {
            domainName: domain,
            validation: CertificateValidation.fromDns(),
          })
        : Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    this.name = new DomainName(this, 'Name', {
      domainName: domain,
      certificate,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    this.url = `https://${domain}`;
    new CfnOutput(this, 'Target', {
      description: `The CNAME of ${domain}`,
      value: this.name.regionalDomainName,
    });
  }
}
