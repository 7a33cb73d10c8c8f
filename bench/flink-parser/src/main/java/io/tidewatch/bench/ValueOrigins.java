package io.tidewatch.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.rel.BiRel;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Match;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.TableFunctionScan;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexVisitorImpl;

/**
 * Columns of scanned tables that a column's value comes from, read off a validated plan. Calcite's own {@code getColumnOrigins} stops at
 * expressions; here they are followed, without what only decides a value: filters, keys of OVER.
 */
final class ValueOrigins {
    private final Map<CorrelationId, RelNode> correlated = new HashMap<>();

    Set<String> of(RelNode rel, int column) {
        Set<String> into = new TreeSet<>();
        collect(rel, column, into);
        return into;
    }

    private void collect(RelNode rel, int column, Set<String> into) {
        if (rel instanceof TableScan) {
            List<String> table = rel.getTable().getQualifiedName().subList(0, 3);
            into.add(String.join(".", table) + "." + rel.getRowType().getFieldNames().get(column));
        } else if (rel instanceof Project) {
            rel.getVariablesSet().forEach(id -> correlated.put(id, rel.getInput(0)));
            collect(((Project) rel).getProjects().get(column), rel.getInput(0), into);
        } else if (rel instanceof Aggregate) {
            Aggregate aggregate = (Aggregate) rel;
            int keys = aggregate.getGroupCount();
            if (column < keys) {
                collect(rel.getInput(0), aggregate.getGroupSet().nth(column), into);
            } else if (column - keys < aggregate.getAggCallList().size()) {
                AggregateCall call = aggregate.getAggCallList().get(column - keys);
                call.getArgList().forEach(arg -> collect(rel.getInput(0), arg, into));
            }
        } else if (rel instanceof SetOp) {
            rel.getInputs().forEach(input -> collect(input, column, into));
        } else if (rel instanceof BiRel) {
            if (rel instanceof Correlate) {
                correlated.put(((Correlate) rel).getCorrelationId(), rel.getInput(0));
            }
            int left = rel.getInput(0).getRowType().getFieldCount();
            if (column < left) {
                collect(rel.getInput(0), column, into);
            } else {
                collect(rel.getInput(1), column - left, into);
            }
        } else if (rel instanceof Match) {
            match((Match) rel, column, into);
        } else if (rel instanceof TableFunctionScan) {
            RelNode input = rel.getInputs().isEmpty() ? null : rel.getInput(0);
            if (input != null && column < input.getRowType().getFieldCount()) {
                collect(input, column, into);
            } else {
                collect(((TableFunctionScan) rel).getCall(), input, into);
            }
        } else if (rel instanceof Uncollect) {
            boolean ordinality =
                    ((Uncollect) rel).withOrdinality && column == rel.getRowType().getFieldCount() - 1;
            for (int i = 0; !ordinality && i < rel.getInput(0).getRowType().getFieldCount(); i++) {
                collect(rel.getInput(0), i, into);
            }
        } else if (!(rel instanceof Values)) {
            rel.getVariablesSet().forEach(id -> correlated.put(id, rel.getInput(0)));
            collect(rel.getInput(0), column, into);
        }
    }

    private void match(Match match, int column, Set<String> into) {
        int keys = match.getPartitionKeys().cardinality();
        if (column < keys) {
            collect(match.getInput(), match.getPartitionKeys().nth(column), into);
        } else {
            String name = match.getRowType().getFieldNames().get(column);
            collect(match.getMeasures().get(name), match.getInput(), into);
        }
    }

    private void collect(RexNode expression, RelNode input, Set<String> into) {
        expression.accept(
                new RexVisitorImpl<Void>(true) {
                    @Override
                    public Void visitInputRef(RexInputRef ref) {
                        collect(input, ref.getIndex(), into);
                        return null;
                    }

                    @Override
                    public Void visitPatternFieldRef(org.apache.calcite.rex.RexPatternFieldRef ref) {
                        return visitInputRef(ref);
                    }

                    @Override
                    public Void visitOver(RexOver over) {
                        over.getOperands().forEach(operand -> operand.accept(this));
                        return null;
                    }

                    @Override
                    public Void visitFieldAccess(RexFieldAccess access) {
                        if (!(access.getReferenceExpr() instanceof RexCorrelVariable)) {
                            return super.visitFieldAccess(access);
                        }
                        RelNode outer = correlated.get(((RexCorrelVariable) access.getReferenceExpr()).id);
                        collect(outer, access.getField().getIndex(), into);
                        return null;
                    }

                    @Override
                    public Void visitSubQuery(RexSubQuery query) {
                        for (int i = 0; i < query.rel.getRowType().getFieldCount(); i++) {
                            collect(query.rel, i, into);
                        }
                        return super.visitSubQuery(query);
                    }
                });
    }
}
