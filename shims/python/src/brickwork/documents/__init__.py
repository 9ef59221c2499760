"""The documents that cross the ABI as frozen dataclasses: `of` and `document` turn JSON into them and back."""

# Written by `python -m generate` from abi/schema; do not edit.
from brickwork.documents._base import Document
from brickwork.documents.auth_check_response import (
    AuthCheckResponse,
    AuthCheckResponsePermission,
)
from brickwork.documents.auth_create_app_response import (
    AuthCreateAppResponse,
)
from brickwork.documents.auth_headers_response import (
    AuthHeadersResponse,
)
from brickwork.documents.auth_session_info_response import (
    AuthSessionInfoResponse,
)
from brickwork.documents.auth_u2m_exchange_response import (
    AuthU2mExchangeResponse,
)
from brickwork.documents.auth_u2m_url_response import (
    AuthU2mUrlResponse,
)
from brickwork.documents.build_info import (
    BuildInfo,
    BuildInfoVerb,
)
from brickwork.documents.connection import (
    Connection,
    ConnectionProxy,
    ConnectionRate,
    ConnectionRetry,
    ConnectionTimeouts,
    ConnectionTls,
)
from brickwork.documents.error import (
    Error,
    ErrorSent,
)
from brickwork.documents.finding import (
    Finding,
    FindingSeverity,
)
from brickwork.documents.group import (
    Group,
    GroupDefaults,
    GroupDependsOn,
    GroupDialect,
    GroupEnvironment,
    GroupJobCluster,
    GroupLaunch,
    GroupLint,
    GroupMember,
    GroupParameter,
    GroupPolicy,
    GroupPolicyCleanup,
    GroupPolicyJobIdentity,
    GroupPolicyOnAbandon,
    GroupPolicyRepair,
    GroupPolicyRepairDrift,
    GroupTask,
    GroupTaskDependsOn,
    GroupTaskKeys,
    GroupTaskNotebookTask,
    NestedGroup,
    NestedGroupDependsOn,
)
from brickwork.documents.group_compile_response import (
    GroupCompileResponse,
    GroupCompileResponseTask,
)
from brickwork.documents.group_import_response import (
    GroupImportResponse,
)
from brickwork.documents.group_launch_response import (
    GroupLaunchResponse,
)
from brickwork.documents.group_lint_response import (
    GroupLintResponse,
)
from brickwork.documents.group_run_progress import (
    GroupRunProgress,
    GroupRunProgressDecision,
    GroupRunProgressLog,
    GroupRunProgressLogStream,
)
from brickwork.documents.group_run_response import (
    GroupRunResponse,
    GroupRunResponseDecision,
)
from brickwork.documents.handle import (
    Handle,
    HandlePolicy,
    HandlePolicyJobIdentity,
    HandlePolicyOnAbandon,
    HandleRepair,
    HandleRepairSettings,
    HandleTask,
)
from brickwork.documents.notebook_run_response import (
    NotebookRunResponse,
)
from brickwork.documents.plan import (
    Plan,
    PlannedTask,
)
from brickwork.documents.rest_response import (
    RestResponse,
)
from brickwork.documents.run_attach_response import (
    RunAttachResponse,
)
from brickwork.documents.run_cancel_response import (
    RunCancelResponse,
    RunCancelResponseOrState,
)
from brickwork.documents.run_notify_response import (
    RunNotifyResponse,
)
from brickwork.documents.run_output_response import (
    RunOutputResponse,
    TaskOutput,
    TaskOutputState,
)
from brickwork.documents.run_repair_response import (
    RunRepairResponse,
)
from brickwork.documents.run_sweep_response import (
    RunSweepResponse,
    RunSweepResponseAbandoned,
    RunSweepResponseCanceled,
    RunSweepResponseEnded,
    RunSweepResponseFailed,
    RunSweepResponseHeld,
)
from brickwork.documents.run_trace_response import (
    RunTraceResponse,
    RunTraceResponseOtlp,
)
from brickwork.documents.state import (
    State,
    StateFirstError,
    StateGroup,
    StateInsight,
    StateInsightCluster,
    StateInsightClusterDbu,
    StateInsightCriticalPath,
    StateInsightDbu,
    StateInsightRun,
    StateInsightTask,
    StateLog,
    StateLogStream,
    StateRepair,
    StateRepairSettings,
    StateRun,
    StateTask,
    StateTaskAttempt,
    StateTaskVerdict,
    StateVerdict,
    StateWarning,
    StateWatched,
)

__all__ = [
    "Document",
    "AuthCheckResponse",
    "AuthCheckResponsePermission",
    "AuthCreateAppResponse",
    "AuthHeadersResponse",
    "AuthSessionInfoResponse",
    "AuthU2mExchangeResponse",
    "AuthU2mUrlResponse",
    "BuildInfo",
    "BuildInfoVerb",
    "Connection",
    "ConnectionProxy",
    "ConnectionRate",
    "ConnectionRetry",
    "ConnectionTimeouts",
    "ConnectionTls",
    "Error",
    "ErrorSent",
    "Finding",
    "FindingSeverity",
    "Group",
    "GroupCompileResponse",
    "GroupCompileResponseTask",
    "GroupDefaults",
    "GroupDependsOn",
    "GroupDialect",
    "GroupEnvironment",
    "GroupImportResponse",
    "GroupJobCluster",
    "GroupLaunch",
    "GroupLaunchResponse",
    "GroupLint",
    "GroupLintResponse",
    "GroupMember",
    "GroupParameter",
    "GroupPolicy",
    "GroupPolicyCleanup",
    "GroupPolicyJobIdentity",
    "GroupPolicyOnAbandon",
    "GroupPolicyRepair",
    "GroupPolicyRepairDrift",
    "GroupRunProgress",
    "GroupRunProgressDecision",
    "GroupRunProgressLog",
    "GroupRunProgressLogStream",
    "GroupRunResponse",
    "GroupRunResponseDecision",
    "GroupTask",
    "GroupTaskDependsOn",
    "GroupTaskKeys",
    "GroupTaskNotebookTask",
    "Handle",
    "HandlePolicy",
    "HandlePolicyJobIdentity",
    "HandlePolicyOnAbandon",
    "HandleRepair",
    "HandleRepairSettings",
    "HandleTask",
    "NestedGroup",
    "NestedGroupDependsOn",
    "NotebookRunResponse",
    "Plan",
    "PlannedTask",
    "RestResponse",
    "RunAttachResponse",
    "RunCancelResponse",
    "RunCancelResponseOrState",
    "RunNotifyResponse",
    "RunOutputResponse",
    "RunRepairResponse",
    "RunSweepResponse",
    "RunSweepResponseAbandoned",
    "RunSweepResponseCanceled",
    "RunSweepResponseEnded",
    "RunSweepResponseFailed",
    "RunSweepResponseHeld",
    "RunTraceResponse",
    "RunTraceResponseOtlp",
    "State",
    "StateFirstError",
    "StateGroup",
    "StateInsight",
    "StateInsightCluster",
    "StateInsightClusterDbu",
    "StateInsightCriticalPath",
    "StateInsightDbu",
    "StateInsightRun",
    "StateInsightTask",
    "StateLog",
    "StateLogStream",
    "StateRepair",
    "StateRepairSettings",
    "StateRun",
    "StateTask",
    "StateTaskAttempt",
    "StateTaskVerdict",
    "StateVerdict",
    "StateWarning",
    "StateWatched",
    "TaskOutput",
    "TaskOutputState",
]
