"""Print attest/scanning/data/tf_operators.json: which operators of TensorFlow only compute, and which reach outside.

Run where TensorFlow is trusted:

    python scripts/derive_tf_operators.py > attest/scanning/data/tf_operators.json

Every registered operator stands in one list. Which ones reach outside is decided here by exact name; review what a new
release adds before it joins the list of those that only compute.
"""

from __future__ import annotations

import importlib
import json
from typing import Any


def _names(text: str) -> list[str]:
    return text.split()


# What each reaches, by how: the operator runs with the rights of the process that loads the graph.
FILES = _names("""
    ReadFile WriteFile MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset WholeFileReader
    WholeFileReaderV2 TextLineReader TextLineReaderV2 FixedLengthRecordReader FixedLengthRecordReaderV2 TFRecordReader
    TFRecordReaderV2 LMDBReader ReaderRead ReaderReadV2 ReaderReadUpTo ReaderReadUpToV2 TextLineDataset
    FixedLengthRecordDataset FixedLengthRecordDatasetV2 TFRecordDataset TFRecordDatasetV2 CSVDataset CSVDatasetV2
    ExperimentalCSVDataset SqlDataset ExperimentalSqlDataset LMDBDataset ExperimentalLMDBDataset LoadDataset SaveDataset
    SaveDatasetV2 SnapshotDataset SnapshotDatasetV2 SnapshotDatasetReader SnapshotNestedDatasetReader
    SnapshotChunkDataset ListSnapshotChunksDataset DatasetToTFRecord ExperimentalDatasetToTFRecord CacheDataset
    CacheDatasetV2 DistributedSave RecordInput LoadAndRemapMatrix GenerateVocabRemapping Save SaveSlices Restore
    RestoreSlice DTensorRestoreV2 FileSystemSetConfiguration CreateSummaryDbWriter CreateSummaryFileWriter ImportEvent
    WriteAudioSummary WriteGraphSummary WriteHistogramSummary WriteImageSummary WriteRawProtoSummary WriteScalarSummary
    WriteSummary DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugNanCount DebugNumericSummary DumpTensor
    CalibrationStatisticsSaver FixedUnigramCandidateSampler InitializeTableFromTextFile InitializeTableFromTextFileV2
    SaveV2 RestoreV2 MergeV2Checkpoints PrintV2 DecodeProtoV2 EncodeProto
    BigQueryReader GenerateBigQueryReaderPartitions
""")  # fmt: skip
PYTHON = ["PyFunc", "PyFuncStateless", "EagerPyFunc"]
NETWORK = _names("""
    RpcCall RpcClient RpcServer RpcServerStart RpcServerRegister RpcCheckStatus RpcGetValue Rpc TryRpc
    RemoteCall DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset
    RegisterDatasetV2 XlaHostCompute _XlaHostComputeMlir Send Recv _Send _Recv _HostSend _HostRecv XlaSendToHost
    XlaRecvFromHost _XlaRecvAtHost _XlaRecvAtHostV2 _XlaSendFromHost _XlaSendFromHostV2 CollectiveAllToAllV2
    CollectiveAllToAllV3 CollectiveAssignGroupV2 CollectiveBcastRecv CollectiveBcastRecvV2 CollectiveBcastSend
    CollectiveBcastSendV2 CollectiveGather CollectiveGatherV2 CollectiveInitializeCommunicator CollectivePermute
    CollectiveReduce CollectiveReduceScatterV2 CollectiveReduceV2 CollectiveReduceV3 ConfigureDistributedTPU
    ConnectTPUEmbeddingHosts
""")  # fmt: skip
PROCESS = ["Abort", "WorkerHeartbeat", "ShutdownTPUSystem", "ShellExec"]
# Judged by their inputs or attributes, see graphs/saved_model.py.
CONDITIONAL = _names("""
    SaveV2 RestoreV2 MergeV2Checkpoints InitializeTableFromTextFile InitializeTableFromTextFileV2 PrintV2 DecodeProtoV2
    EncodeProto CacheDataset CacheDatasetV2 FixedUnigramCandidateSampler Save SaveSlices Restore RestoreSlice
""")  # fmt: skip
# Registered by TensorFlow's own packages that are loaded only when asked for, and by older releases.
MORE_PURE = _names("""
    BatchMatMul BatchMatMulV2 BatchMatMulV3 NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3
    NonMaxSuppressionV4 NonMaxSuppressionV5 NonMaxSuppressionWithOverlaps ResizeNearestNeighbor
    RFFT IRFFT ImageProjectiveTransform ImageProjectiveTransformV2 ImageProjectiveTransformV3 AudioMicrofrontend
    HashTable LookupTableFind LookupTableSize LookupTableInsert LookupTableExport LookupTableImport MutableHashTable
    SkipGramSelection Bucketize BoostedTreesBucketize ExtractImagePatches
""")  # fmt: skip


def main() -> None:
    """Print the lists."""
    tensorflow: Any = importlib.import_module("tensorflow")
    op_def_pb2: Any = importlib.import_module("tensorflow.core.framework.op_def_pb2")
    session: Any = importlib.import_module("tensorflow.python.client.pywrap_tf_session")
    found = op_def_pb2.OpList()
    found.ParseFromString(session.TF_GetBuffer(session.TF_GetAllOpList()))
    registered = {item.name for item in found.op}
    reaches = {"network": NETWORK, "process": PROCESS, "python": PYTHON, "files": FILES}
    outside = {name: how for how, names in reaches.items() for name in names}
    own = {name for name in registered | set(MORE_PURE) if not name.startswith("Test")}
    print(json.dumps({
        "derived-from": [f"tensorflow {tensorflow.__version__}"],
        "derivation": "scripts/derive_tf_operators.py",
        "outside": {how: sorted(name for name, kind in outside.items() if kind == how) for how in
                    ("files", "network", "process", "python")},
        "conditional": sorted(CONDITIONAL),
        "pure": sorted(own - set(outside)),
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
