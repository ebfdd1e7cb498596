"""Every directive under the name that plugins and hooks import it by."""

from limbeck.operations.alter import AlterColumnOp
from limbeck.operations.backfill import BackfillOp
from limbeck.operations.checks import CreateCheckConstraintOp
from limbeck.operations.columns import AddColumnOp, DropColumnOp
from limbeck.operations.comments import (
    CreateTableCommentOp,
    DropTableCommentOp,
    SetConstraintCommentOp,
)
from limbeck.operations.constraints import AddConstraintOp, DropConstraintOp
from limbeck.operations.data import BulkInsertOp, ExecuteSQLOp
from limbeck.operations.directive import (
    AlterTableOp,
    DowngradeOps,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from limbeck.operations.domains import AlterDomainOp, CreateDomainOp, DropDomainOp
from limbeck.operations.enums import AlterEnumOp, CreateEnumOp, DropEnumOp
from limbeck.operations.exclude import CreateExcludeConstraintOp
from limbeck.operations.fill_in import FillInOp
from limbeck.operations.foreign_keys import CreateForeignKeyOp
from limbeck.operations.indexes import CreateIndexOp, DropIndexOp
from limbeck.operations.keys import CreatePrimaryKeyOp, CreateUniqueConstraintOp
from limbeck.operations.rename_values import RenameValuesOp
from limbeck.operations.renames import (
    RenameConstraintOp,
    RenameIndexOp,
    RenameSequenceOp,
)
from limbeck.operations.schemas import CreateSchemaOp, DropSchemaOp, SetSchemaOp
from limbeck.operations.sequences import AlterSequenceOp, CreateSequenceOp, DropSequenceOp
from limbeck.operations.table_options import AlterTableOptionsOp
from limbeck.operations.tables import CreateTableOp, DropTableOp, RenameTableOp

__all__ = [
    "AddColumnOp",
    "AddConstraintOp",
    "AlterColumnOp",
    "AlterDomainOp",
    "AlterEnumOp",
    "AlterSequenceOp",
    "AlterTableOp",
    "AlterTableOptionsOp",
    "BackfillOp",
    "BulkInsertOp",
    "CreateCheckConstraintOp",
    "CreateDomainOp",
    "CreateEnumOp",
    "CreateExcludeConstraintOp",
    "CreateForeignKeyOp",
    "CreateIndexOp",
    "CreatePrimaryKeyOp",
    "CreateSchemaOp",
    "CreateSequenceOp",
    "CreateTableCommentOp",
    "CreateTableOp",
    "CreateUniqueConstraintOp",
    "DowngradeOps",
    "DropColumnOp",
    "DropConstraintOp",
    "DropDomainOp",
    "DropEnumOp",
    "DropIndexOp",
    "DropSchemaOp",
    "DropSequenceOp",
    "DropTableCommentOp",
    "DropTableOp",
    "ExecuteSQLOp",
    "FillInOp",
    "MigrateOperation",
    "MigrationScript",
    "ModifyTableOps",
    "OpContainer",
    "RenameConstraintOp",
    "RenameIndexOp",
    "RenameSequenceOp",
    "RenameTableOp",
    "RenameValuesOp",
    "SetConstraintCommentOp",
    "SetSchemaOp",
    "UpgradeOps",
]
