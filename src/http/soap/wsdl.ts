/** The WSDL 1.1 of the service, document/literal wrapped, with a port for each version of SOAP. */
import { xmlDocument, type XmlNode } from '../../model/xml-write.js'
import { canonicalSchema } from '../../dossier/schemas.js'
import { DOSSIER_NAMESPACE, ITEM } from '../../dossier/xml-form.js'
import { PROBLEM_ITEM, PROBLEM_NAMESPACE } from '../plugins/xml-answers.js'
import { OPERATIONS, type Operation } from './operations.js'
import { xsdElement } from './xsd.js'

const BINDINGS = [
  { prefix: 'soap', name: 'DossierSoap11', namespace: 'http://schemas.xmlsoap.org/wsdl/soap/' },
  { prefix: 'soap12', name: 'DossierSoap12', namespace: 'http://schemas.xmlsoap.org/wsdl/soap12/' }
] as const

type Binding = typeof BINDINGS[number]

export function writeWsdl (address: string): string {
  const operations = Object.entries(OPERATIONS)
  return xmlDocument({
    name: 'wsdl:definitions',
    attributes: {
      name: 'DossierService',
      targetNamespace: DOSSIER_NAMESPACE,
      'xmlns:wsdl': 'http://schemas.xmlsoap.org/wsdl/',
      'xmlns:xs': 'http://www.w3.org/2001/XMLSchema',
      'xmlns:tns': DOSSIER_NAMESPACE,
      'xmlns:p': PROBLEM_NAMESPACE,
      ...Object.fromEntries(BINDINGS.map(({ prefix, namespace }) => [`xmlns:${prefix}`, namespace]))
    },
    content: [
      { name: 'wsdl:types', content: [problemSchema(), messageSchema(operations)] },
      message('ProblemFault', 'problem', 'p:problem'),
      ...operations.flatMap(([name]) => [message(`${name}Input`, 'parameters', `tns:${name}`), message(`${name}Output`, 'parameters', `tns:${name}Response`)]),
      portType(operations.map(([name]) => name)),
      ...BINDINGS.map(binding => bindingOf(binding, operations.map(([name]) => name))),
      {
        name: 'wsdl:service',
        attributes: { name: 'DossierService' },
        content: BINDINGS.map(({ name, prefix }) => ({ name: 'wsdl:port', attributes: { name, binding: `tns:${name}` }, content: [{ name: `${prefix}:address`, attributes: { location: address } }] }))
      }
    ]
  })
}

function problemSchema (): XmlNode {
  return schemaOf(PROBLEM_NAMESPACE, [xsdElement('problem', canonicalSchema('problem'), PROBLEM_ITEM)])
}

function messageSchema (operations: ReadonlyArray<[string, Operation]>): XmlNode {
  return schemaOf(DOSSIER_NAMESPACE, operations.flatMap(([name, { request, response }]) => [xsdElement(name, request, ITEM), xsdElement(`${name}Response`, response, ITEM)]))
}

function schemaOf (targetNamespace: string, content: XmlNode[]): XmlNode {
  return { name: 'xs:schema', attributes: { targetNamespace, elementFormDefault: 'qualified' }, content }
}

function message (name: string, part: string, element: string): XmlNode {
  return { name: 'wsdl:message', attributes: { name }, content: [{ name: 'wsdl:part', attributes: { name: part, element } }] }
}

function portType (operations: readonly string[]): XmlNode {
  return {
    name: 'wsdl:portType',
    attributes: { name: 'DossierPort' },
    content: operations.map(name => ({
      name: 'wsdl:operation',
      attributes: { name },
      content: [
        { name: 'wsdl:input', attributes: { message: `tns:${name}Input` } },
        { name: 'wsdl:output', attributes: { message: `tns:${name}Output` } },
        { name: 'wsdl:fault', attributes: { name: 'problem', message: 'tns:ProblemFault' } }
      ]
    }))
  }
}

function bindingOf ({ prefix, name }: Binding, operations: readonly string[]): XmlNode {
  const literal: XmlNode = { name: `${prefix}:body`, attributes: { use: 'literal' } }
  return {
    name: 'wsdl:binding',
    attributes: { name, type: 'tns:DossierPort' },
    content: [
      { name: `${prefix}:binding`, attributes: { style: 'document', transport: 'http://schemas.xmlsoap.org/soap/http' } },
      ...operations.map(operation => ({
        name: 'wsdl:operation',
        attributes: { name: operation },
        content: [
          { name: `${prefix}:operation`, attributes: { soapAction: `${DOSSIER_NAMESPACE}/${operation}`, style: 'document' } },
          { name: 'wsdl:input', content: [literal] },
          { name: 'wsdl:output', content: [literal] },
          { name: 'wsdl:fault', attributes: { name: 'problem' }, content: [{ name: `${prefix}:fault`, attributes: { name: 'problem', use: 'literal' } }] }
        ]
      }))
    ]
  }
}
