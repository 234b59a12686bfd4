/** Evaluates statements and expressions for {@link Flow}. */
import type { AnyNode, Class, Pattern } from 'acorn'
import { isFunction } from '../syntax/walk.ts'
import { globalValues, pureClasses, pureGlobals } from './builtins.ts'
import { evaluateCall, evaluateNew } from './calls.ts'
import type { Flow } from './flow.ts'
import { ANY_FIELD, emptyValue, join, type Value } from './value.ts'

/** What `node` may evaluate to; records what it may change. Statements evaluate to nothing. */
export function evaluate(flow: Flow, node: AnyNode): Value {
  switch (node.type) {
    case 'Identifier':
      return identifier(flow, node)
    case 'Literal':
      return 'regex' in node && node.regex ? flow.fresh(node) : emptyValue()
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return { things: new Set(), callables: new Set([node]) }
    case 'ClassExpression':
      return classValue(flow, node)
    case 'ClassDeclaration':
      classValue(flow, node)
      return emptyValue()
    case 'ThisExpression':
      return thisValue(flow, node)
    case 'ArrayExpression':
      return flow.fresh(
        node,
        join(...node.elements.map((element) => (element === null ? emptyValue() : evaluate(flow, element)))),
      )
    case 'ObjectExpression':
      return objectLiteral(flow, node)
    case 'SpreadElement':
      return flow.read(evaluate(flow, node.argument), ANY_FIELD)
    case 'MemberExpression':
      return member(flow, node)
    case 'CallExpression':
      return evaluateCall(flow, node)
    case 'NewExpression':
      return evaluateNew(flow, node)
    case 'AssignmentExpression':
      return assignment(flow, node)
    case 'UpdateExpression':
      evaluate(flow, node.argument)
      flow.assign(node.argument as Pattern, emptyValue(), node)
      return emptyValue()
    case 'UnaryExpression':
      return unary(flow, node)
    case 'LogicalExpression':
      return join(evaluate(flow, node.left), evaluate(flow, node.right))
    case 'ConditionalExpression':
      evaluate(flow, node.test)
      return join(evaluate(flow, node.consequent), evaluate(flow, node.alternate))
    case 'SequenceExpression':
      return node.expressions.map((part) => evaluate(flow, part)).at(-1) ?? emptyValue()
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return evaluate(flow, node.expression)
    case 'AwaitExpression':
      return evaluate(flow, node.argument)
    case 'BinaryExpression':
      if (node.left.type !== 'PrivateIdentifier') evaluate(flow, node.left)
      evaluate(flow, node.right)
      return emptyValue()
    case 'TemplateLiteral':
      for (const part of node.expressions) evaluate(flow, part)
      return emptyValue()
    case 'YieldExpression':
      flow.problem('generator', node, 'yield')
      return emptyValue()
    case 'TaggedTemplateExpression':
    case 'ImportExpression':
    case 'MetaProperty':
    case 'Super':
      flow.problem('unsupported', node, node.type)
      return emptyValue()
    default:
      return statement(flow, node)
  }
}

function statement(flow: Flow, node: AnyNode): Value {
  if (flow.skipped.has(node)) return emptyValue()
  switch (node.type) {
    case 'VariableDeclaration':
      for (const declarator of node.declarations) {
        if (declarator.init) flow.assign(declarator.id, evaluate(flow, declarator.init), declarator)
      }
      break
    case 'ReturnStatement':
      if (node.argument) {
        const value = evaluate(flow, node.argument)
        if (flow.current !== null) flow.add(flow.returns(flow.current), value)
      }
      break
    case 'ThrowStatement':
      flow.add(flow.thrown, evaluate(flow, node.argument))
      break
    case 'ForOfStatement':
    case 'ForInStatement':
      forEachOf(flow, node)
      break
    case 'CatchClause':
      if (node.param) flow.assign(node.param, join(flow.thrown, flow.fresh(node)), node)
      flow.visitStatements(node.body.body)
      break
    case 'FunctionDeclaration':
    case 'EmptyStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'DebuggerStatement':
      break
    case 'WithStatement':
      flow.problem('unsupported', node, 'with')
      break
    default:
      visitParts(flow, node)
  }
  return emptyValue()
}

/** Statements that only contain others: blocks, conditions, loops, switches, labels. */
function visitParts(flow: Flow, node: AnyNode): void {
  switch (node.type) {
    case 'ExpressionStatement':
      evaluate(flow, node.expression)
      return
    case 'BlockStatement':
    case 'StaticBlock':
    case 'Program':
      flow.visitStatements(node.body)
      return
    case 'IfStatement':
      return visitAll(flow, [node.test, node.consequent, node.alternate])
    case 'ForStatement':
      return visitAll(flow, [node.init, node.test, node.update, node.body])
    case 'WhileStatement':
    case 'DoWhileStatement':
      return visitAll(flow, [node.test, node.body])
    case 'LabeledStatement':
      return visitAll(flow, [node.body])
    case 'SwitchStatement':
      return visitAll(flow, [node.discriminant, ...node.cases.flatMap((c) => [c.test, ...c.consequent])])
    case 'TryStatement':
      return visitAll(flow, [node.block, node.handler, node.finalizer])
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      return visitAll(flow, [node.declaration])
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return
    default:
      flow.problem('unsupported', node, node.type)
  }
}

function visitAll(flow: Flow, nodes: readonly (AnyNode | null | undefined)[]): void {
  for (const node of nodes) if (node) evaluate(flow, node)
}

function forEachOf(flow: Flow, node: Extract<AnyNode, { type: 'ForOfStatement' | 'ForInStatement' }>): void {
  const over = evaluate(flow, node.right)
  const item = node.type === 'ForOfStatement' ? flow.read(over, ANY_FIELD) : emptyValue()
  if (node.left.type === 'VariableDeclaration') {
    const target = node.left.declarations[0]?.id
    if (target) flow.assign(target, item, node.left)
  } else flow.assign(node.left, item, node)
  evaluate(flow, node.body)
}

function identifier(flow: Flow, node: Extract<AnyNode, { type: 'Identifier' }>): Value {
  const variable = flow.map.variableOf(node)
  if (variable === null) {
    if (globalValues.has(node.name)) return emptyValue()
    if (pureGlobals.has(node.name) || pureClasses.has(node.name) || node.name === 'Math' || node.name === 'JSON') {
      return { things: new Set(), callables: new Set([node.name]) }
    }
    flow.problem('side-effect', node, node.name)
    return emptyValue()
  }
  if (variable.defs.length === 0) flow.problem('unsupported', node, node.name)
  return flow.variableValue(variable)
}

function thisValue(flow: Flow, node: AnyNode): Value {
  let at = flow.map.functionAround(node)
  while (at !== null && at.type === 'ArrowFunctionExpression') at = flow.map.functionAround(at)
  if (at === null) {
    flow.problem('unsupported', node, 'this')
    return emptyValue()
  }
  // A function around the spot itself has a `this` that was never given here.
  if (isFunction(at) && !flow.reached.has(at)) flow.problem('unsupported', node, 'this')
  return flow.thisOf(at)
}

function objectLiteral(flow: Flow, node: Extract<AnyNode, { type: 'ObjectExpression' }>): Value {
  const value = flow.fresh(node)
  const thing = flow.site(node)
  for (const property of node.properties) {
    if (property.type === 'SpreadElement')
      flow.store(thing, ANY_FIELD, flow.read(evaluate(flow, property.argument), ANY_FIELD))
    else {
      if (property.computed) evaluate(flow, property.key)
      const name = !property.computed && property.key.type === 'Identifier' ? property.key.name : ANY_FIELD
      flow.store(thing, name, evaluate(flow, property.value))
    }
  }
  return value
}

function member(flow: Flow, node: Extract<AnyNode, { type: 'MemberExpression' }>): Value {
  if (node.object.type === 'Super') {
    flow.problem('unsupported', node, 'super')
    return emptyValue()
  }
  const field = flow.fieldAt(node)
  if (field !== null) return flow.variableValue(field)
  const object = evaluate(flow, node.object)
  if (node.computed) evaluate(flow, node.property)
  const name = !node.computed && node.property.type === 'Identifier' ? node.property.name : ANY_FIELD
  for (const callable of object.callables) {
    if (typeof callable !== 'string' && !flow.map.isStaticConstant(callable, name)) {
      flow.problem('static', node, `${callable.id?.name ?? 'a function'}.${name}`)
    }
  }
  return flow.read(object, name)
}

function assignment(flow: Flow, node: Extract<AnyNode, { type: 'AssignmentExpression' }>): Value {
  const right = evaluate(flow, node.right)
  if (node.operator === '=') {
    flow.assign(node.left, right, node)
    return right
  }
  const left = evaluate(flow, node.left as AnyNode)
  const keeps = node.operator === '??=' || node.operator === '||=' || node.operator === '&&='
  flow.assign(node.left, keeps ? right : emptyValue(), node)
  return keeps ? join(left, right) : emptyValue()
}

function unary(flow: Flow, node: Extract<AnyNode, { type: 'UnaryExpression' }>): Value {
  if (node.operator === 'typeof' && node.argument.type === 'Identifier') return emptyValue()
  const argument = node.argument.type === 'ChainExpression' ? node.argument.expression : node.argument
  if (node.operator === 'delete' && argument.type === 'MemberExpression') {
    flow.write(evaluate(flow, argument.object), ANY_FIELD, emptyValue(), node)
  }
  evaluate(flow, node.argument)
  return emptyValue()
}

/** Evaluates a class's own parts that run when it is defined, and gives the class. */
function classValue(flow: Flow, node: Class & AnyNode): Value {
  if (node.superClass) evaluate(flow, node.superClass)
  for (const part of node.body.body) {
    if (part.type === 'StaticBlock') flow.problem('unsupported', part, 'static block')
    else if (part.computed) evaluate(flow, part.key)
  }
  return {
    things: new Set(),
    callables: new Set([node as Extract<AnyNode, { type: 'ClassExpression' | 'ClassDeclaration' }>]),
  }
}
