package io.tidewatch.bench;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Snapshot;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/** Tables a validated plan scans, and those of them that stand under FOR SYSTEM_TIME AS OF of a join. */
final class Scans {
    final Set<String> tables = new TreeSet<>();
    final Set<String> temporal = new TreeSet<>();

    void of(RelNode root) {
        visit(root, false);
    }

    private void visit(RelNode rel, boolean snapshot) {
        if (rel instanceof TableScan) {
            List<String> names = rel.getTable().getQualifiedName();
            String name = String.join(".", names.subList(0, Math.min(3, names.size())));
            tables.add(name);
            if (snapshot) {
                temporal.add(name);
            }
        }
        boolean below = snapshot || rel instanceof Snapshot;
        for (RelNode input : rel.getInputs()) {
            visit(input, below);
        }
        rel.accept(
                new RexShuttle() {
                    @Override
                    public RexNode visitSubQuery(RexSubQuery query) {
                        visit(query.rel, below);
                        return super.visitSubQuery(query);
                    }
                });
    }
}
