"""The classes, properties and vocabularies of SPDX 3.0.1 in JSON-LD, as tables.

They say what the published model says (read from the generated bindings of spdx-python-model 0.0.6, which a test
compares them with): which class a class extends, which members it has, which of them it cannot be without, what kind
of value each member has, and which words a vocabulary knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

# Class, `*` when it is abstract, what it extends, and its own members; `!` marks those that it cannot be without.
_CLASSES = """
Agent < Element :
Annotation < Element : annotationType! contentType statement subject!
Artifact* < Element : builtTime originatedBy releaseTime standardName suppliedBy supportLevel validUntilTime
Bom < Bundle :
Bundle < ElementCollection : context
CreationInfo < - : comment created! createdBy! createdUsing specVersion!
DictionaryEntry < - : key! value
Element* < - : comment creationInfo! description extension externalIdentifier externalRef name summary verifiedUsing
ElementCollection* < Element : element profileConformance rootElement
ExternalIdentifier < - : comment externalIdentifierType! identifier! identifierLocator issuingAuthority
ExternalMap < - : definingArtifact externalSpdxId! locationHint verifiedUsing
ExternalRef < - : comment contentType externalRefType locator
Hash < IntegrityMethod : algorithm! hashValue!
IndividualElement < Element :
IntegrityMethod* < - : comment
LifecycleScopedRelationship < Relationship : scope
NamespaceMap < - : namespace! prefix!
Organization < Agent :
PackageVerificationCode < IntegrityMethod : algorithm! hashValue! packageVerificationCodeExcludedFile
Person < Agent :
PositiveIntegerRange < - : beginIntegerRange! endIntegerRange!
Relationship < Element : completeness endTime from! relationshipType! startTime to!
SoftwareAgent < Agent :
SpdxDocument < ElementCollection : dataLicense import namespaceMap
Tool < Element :
ai_AIPackage < software_Package : ai_autonomyType ai_domain ai_energyConsumption ai_hyperparameter
  ai_informationAboutApplication ai_informationAboutTraining ai_limitation ai_metric ai_metricDecisionThreshold
  ai_modelDataPreprocessing ai_modelExplainability ai_safetyRiskAssessment ai_standardCompliance ai_typeOfModel
  ai_useSensitivePersonalInformation
ai_EnergyConsumption < - : ai_finetuningEnergyConsumption ai_inferenceEnergyConsumption ai_trainingEnergyConsumption
ai_EnergyConsumptionDescription < - : ai_energyQuantity! ai_energyUnit!
build_Build < Element : build_buildEndTime build_buildId build_buildStartTime build_buildType!
  build_configSourceDigest build_configSourceEntrypoint build_configSourceUri build_environment build_parameter
dataset_DatasetPackage < software_Package : dataset_anonymizationMethodUsed dataset_confidentialityLevel
  dataset_dataCollectionProcess dataset_dataPreprocessing dataset_datasetAvailability dataset_datasetNoise
  dataset_datasetSize dataset_datasetType! dataset_datasetUpdateMechanism dataset_hasSensitivePersonalInformation
  dataset_intendedUse dataset_knownBias dataset_sensor
expandedlicensing_ConjunctiveLicenseSet < simplelicensing_AnyLicenseInfo : expandedlicensing_member!
expandedlicensing_CustomLicense < expandedlicensing_License :
expandedlicensing_CustomLicenseAddition < expandedlicensing_LicenseAddition :
expandedlicensing_DisjunctiveLicenseSet < simplelicensing_AnyLicenseInfo : expandedlicensing_member!
expandedlicensing_ExtendableLicense* < simplelicensing_AnyLicenseInfo :
expandedlicensing_IndividualLicensingInfo < simplelicensing_AnyLicenseInfo :
expandedlicensing_License* < expandedlicensing_ExtendableLicense : expandedlicensing_isDeprecatedLicenseId
  expandedlicensing_isFsfLibre expandedlicensing_isOsiApproved expandedlicensing_licenseXml
  expandedlicensing_obsoletedBy expandedlicensing_seeAlso expandedlicensing_standardLicenseHeader
  expandedlicensing_standardLicenseTemplate simplelicensing_licenseText!
expandedlicensing_LicenseAddition* < Element : expandedlicensing_additionText!
  expandedlicensing_isDeprecatedAdditionId expandedlicensing_licenseXml expandedlicensing_obsoletedBy
  expandedlicensing_seeAlso expandedlicensing_standardAdditionTemplate
expandedlicensing_ListedLicense < expandedlicensing_License : expandedlicensing_deprecatedVersion
  expandedlicensing_listVersionAdded
expandedlicensing_ListedLicenseException < expandedlicensing_LicenseAddition : expandedlicensing_deprecatedVersion
  expandedlicensing_listVersionAdded
expandedlicensing_OrLaterOperator < expandedlicensing_ExtendableLicense : expandedlicensing_subjectLicense!
expandedlicensing_WithAdditionOperator < simplelicensing_AnyLicenseInfo : expandedlicensing_subjectAddition!
  expandedlicensing_subjectExtendableLicense!
extension_CdxPropertiesExtension < extension_Extension : extension_cdxProperty!
extension_CdxPropertyEntry < - : extension_cdxPropName! extension_cdxPropValue
extension_Extension* < - :
security_CvssV2VulnAssessmentRelationship < security_VulnAssessmentRelationship : security_score!
  security_vectorString!
security_CvssV3VulnAssessmentRelationship < security_VulnAssessmentRelationship : security_score! security_severity!
  security_vectorString!
security_CvssV4VulnAssessmentRelationship < security_VulnAssessmentRelationship : security_score! security_severity!
  security_vectorString!
security_EpssVulnAssessmentRelationship < security_VulnAssessmentRelationship : security_percentile!
  security_probability!
security_ExploitCatalogVulnAssessmentRelationship < security_VulnAssessmentRelationship : security_catalogType!
  security_exploited! security_locator!
security_SsvcVulnAssessmentRelationship < security_VulnAssessmentRelationship : security_decisionType!
security_VexAffectedVulnAssessmentRelationship < security_VexVulnAssessmentRelationship : security_actionStatement!
  security_actionStatementTime
security_VexFixedVulnAssessmentRelationship < security_VexVulnAssessmentRelationship :
security_VexNotAffectedVulnAssessmentRelationship < security_VexVulnAssessmentRelationship :
  security_impactStatement security_impactStatementTime security_justificationType
security_VexUnderInvestigationVulnAssessmentRelationship < security_VexVulnAssessmentRelationship :
security_VexVulnAssessmentRelationship* < security_VulnAssessmentRelationship : security_statusNotes
  security_vexVersion
security_VulnAssessmentRelationship* < Relationship : suppliedBy security_assessedElement security_modifiedTime
  security_publishedTime security_withdrawnTime
security_Vulnerability < Artifact : security_modifiedTime security_publishedTime security_withdrawnTime
simplelicensing_AnyLicenseInfo* < Element :
simplelicensing_LicenseExpression < simplelicensing_AnyLicenseInfo : simplelicensing_customIdToUri
  simplelicensing_licenseExpression! simplelicensing_licenseListVersion
simplelicensing_SimpleLicensingText < Element : simplelicensing_licenseText!
software_ContentIdentifier < IntegrityMethod : software_contentIdentifierType! software_contentIdentifierValue!
software_File < software_SoftwareArtifact : contentType software_fileKind
software_Package < software_SoftwareArtifact : software_downloadLocation software_homePage software_packageUrl
  software_packageVersion software_sourceInfo
software_Sbom < Bom : software_sbomType
software_Snippet < software_SoftwareArtifact : software_byteRange software_lineRange software_snippetFromFile!
software_SoftwareArtifact* < Artifact : software_additionalPurpose software_attributionText
  software_contentIdentifier software_copyrightText software_primaryPurpose
"""
# Kind of value, `*` when there may be several, and the members that have it.
_KINDS = """
boolean : expandedlicensing_isDeprecatedAdditionId expandedlicensing_isDeprecatedLicenseId
  expandedlicensing_isFsfLibre expandedlicensing_isOsiApproved security_exploited
enum AnnotationType : annotationType
enum ConfidentialityLevelType : dataset_confidentialityLevel
enum ContentIdentifierType : software_contentIdentifierType
enum CvssSeverityType : security_severity
enum DatasetAvailabilityType : dataset_datasetAvailability
enum DatasetType * : dataset_datasetType
enum EnergyUnitType : ai_energyUnit
enum ExploitCatalogType : security_catalogType
enum ExternalIdentifierType : externalIdentifierType
enum ExternalRefType : externalRefType
enum FileKindType : software_fileKind
enum HashAlgorithm : algorithm
enum LifecycleScopeType : scope
enum PresenceType : ai_autonomyType ai_useSensitivePersonalInformation dataset_hasSensitivePersonalInformation
enum ProfileIdentifierType * : profileConformance
enum RelationshipCompleteness : completeness
enum RelationshipType : relationshipType
enum SafetyRiskAssessmentType : ai_safetyRiskAssessment
enum SbomType * : software_sbomType
enum SoftwarePurpose : software_primaryPurpose
enum SoftwarePurpose * : software_additionalPurpose
enum SsvcDecisionType : security_decisionType
enum SupportType * : supportLevel
enum VexJustificationType : security_justificationType
media : contentType
natural : dataset_datasetSize
number : ai_energyQuantity security_percentile security_probability security_score
object Agent : suppliedBy
object Agent * : createdBy originatedBy
object Artifact : definingArtifact
object CreationInfo : creationInfo
object DictionaryEntry * : ai_hyperparameter ai_metric ai_metricDecisionThreshold build_environment build_parameter
  dataset_sensor simplelicensing_customIdToUri
object Element : from subject
object Element * : element rootElement to
object ExternalIdentifier * : externalIdentifier
object ExternalMap * : import
object ExternalRef * : externalRef
object Hash * : build_configSourceDigest
object IntegrityMethod * : verifiedUsing
object NamespaceMap * : namespaceMap
object PositiveIntegerRange : software_byteRange software_lineRange
object Tool * : createdUsing
object ai_EnergyConsumption : ai_energyConsumption
object ai_EnergyConsumptionDescription * : ai_finetuningEnergyConsumption ai_inferenceEnergyConsumption
  ai_trainingEnergyConsumption
object expandedlicensing_ExtendableLicense : expandedlicensing_subjectExtendableLicense
object expandedlicensing_License : expandedlicensing_subjectLicense
object expandedlicensing_LicenseAddition : expandedlicensing_subjectAddition
object extension_CdxPropertyEntry * : extension_cdxProperty
object extension_Extension * : extension
object simplelicensing_AnyLicenseInfo : dataLicense
object simplelicensing_AnyLicenseInfo * : expandedlicensing_member
object software_ContentIdentifier * : software_contentIdentifier
object software_File : software_snippetFromFile
object software_SoftwareArtifact : security_assessedElement
positive : beginIntegerRange endIntegerRange
text : ai_informationAboutApplication ai_informationAboutTraining ai_limitation build_buildId comment context
  dataset_dataCollectionProcess dataset_datasetNoise dataset_datasetUpdateMechanism dataset_intendedUse description
  expandedlicensing_additionText expandedlicensing_deprecatedVersion expandedlicensing_licenseXml
  expandedlicensing_listVersionAdded expandedlicensing_obsoletedBy expandedlicensing_standardAdditionTemplate
  expandedlicensing_standardLicenseHeader expandedlicensing_standardLicenseTemplate extension_cdxPropName
  extension_cdxPropValue hashValue identifier issuingAuthority key name prefix security_actionStatement
  security_impactStatement security_statusNotes security_vectorString security_vexVersion
  simplelicensing_licenseExpression simplelicensing_licenseText software_copyrightText software_packageVersion
  software_sourceInfo statement summary value
text * : ai_domain ai_modelDataPreprocessing ai_modelExplainability ai_standardCompliance ai_typeOfModel
  build_configSourceEntrypoint dataset_anonymizationMethodUsed dataset_dataPreprocessing dataset_knownBias locator
  packageVerificationCodeExcludedFile software_attributionText standardName
time : build_buildEndTime build_buildStartTime builtTime created endTime releaseTime security_actionStatementTime
  security_impactStatementTime security_modifiedTime security_publishedTime security_withdrawnTime startTime
  validUntilTime
uri : build_buildType externalSpdxId locationHint namespace security_locator software_contentIdentifierValue
  software_downloadLocation software_homePage software_packageUrl
uri * : build_configSourceUri expandedlicensing_seeAlso identifierLocator
version : simplelicensing_licenseListVersion specVersion
"""
# Vocabulary and its words.
_WORDS = """
AnnotationType : other review
ConfidentialityLevelType : amber clear green red
ContentIdentifierType : gitoid swhid
CvssSeverityType : critical high low medium none
DatasetAvailabilityType : clickthrough directDownload query registration scrapingScript
DatasetType : audio categorical graph image noAssertion numeric other sensor structured syntactic text timeseries
  timestamp video
EnergyUnitType : kilowattHour megajoule other
ExploitCatalogType : kev other
ExternalIdentifierType : cpe22 cpe23 cve email gitoid other packageUrl securityOther swhid swid urlScheme
ExternalRefType : altDownloadLocation altWebPage binaryArtifact bower buildMeta buildSystem certificationReport chat
  componentAnalysisReport cwe documentation dynamicAnalysisReport eolNotice exportControlAssessment funding
  issueTracker license mailingList mavenCentral metrics npm nuget other privacyAssessment productMetadata
  purchaseOrder qualityAssessmentReport releaseHistory releaseNotes riskAssessment runtimeAnalysisReport
  secureSoftwareAttestation securityAdversaryModel securityAdvisory securityFix securityOther securityPenTestReport
  securityPolicy securityThreatModel socialMedia sourceArtifact staticAnalysisReport support vcs
  vulnerabilityDisclosureReport vulnerabilityExploitabilityAssessment
FileKindType : directory file
HashAlgorithm : adler32 blake2b256 blake2b384 blake2b512 blake3 crystalsDilithium crystalsKyber falcon md2 md4 md5
  md6 other sha1 sha224 sha256 sha384 sha3_224 sha3_256 sha3_384 sha3_512 sha512
LifecycleScopeType : build design development other runtime test
PresenceType : no noAssertion yes
ProfileIdentifierType : ai build core dataset expandedLicensing extension lite security simpleLicensing software
RelationshipCompleteness : complete incomplete noAssertion
RelationshipType : affects amendedBy ancestorOf availableFrom configures contains coordinatedBy copiedTo delegatedTo
  dependsOn descendantOf describes doesNotAffect expandsTo exploitCreatedBy fixedBy fixedIn foundBy generates
  hasAddedFile hasAssessmentFor hasAssociatedVulnerability hasConcludedLicense hasDataFile hasDeclaredLicense
  hasDeletedFile hasDependencyManifest hasDistributionArtifact hasDocumentation hasDynamicLink hasEvidence
  hasExample hasHost hasInput hasMetadata hasOptionalComponent hasOptionalDependency hasOutput hasPrerequisite
  hasProvidedDependency hasRequirement hasSpecification hasStaticLink hasTest hasTestCase hasVariant invokedBy
  modifiedBy other packagedBy patchedBy publishedBy reportedBy republishedBy serializedInArtifact testedOn trainedOn
  underInvestigationFor usesTool
SafetyRiskAssessmentType : high low medium serious
SbomType : analyzed build deployed design runtime source
SoftwarePurpose : application archive bom configuration container data device deviceDriver diskImage documentation
  evidence executable file filesystemImage firmware framework install library manifest model module operatingSystem
  other patch platform requirement source specification test
SsvcDecisionType : act attend track trackStar
SupportType : deployed development endOfSupport limitedSupport noAssertion noSupport support
VexJustificationType : componentNotPresent inlineMitigationsAlreadyExist vulnerableCodeCannotBeControlledByAdversary
  vulnerableCodeNotInExecutePath vulnerableCodeNotPresent
"""
INDIVIDUALS = {
    "NoAssertionElement": "IndividualElement",
    "NoneElement": "IndividualElement",
    "SpdxOrganization": "Organization",
    "expandedlicensing_NoAssertionLicense": "expandedlicensing_IndividualLicensingInfo",
    "expandedlicensing_NoneLicense": "expandedlicensing_IndividualLicensingInfo",
}
"""Elements that the specification itself defines, by their names in JSON-LD, with their classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A class with everything it inherits. `parents` holds the class itself."""

    abstract: bool
    parents: frozenset[str]
    members: frozenset[str]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a member's value is: a simple kind, a word of the vocabulary `of`, or an object of the class `of`."""

    kind: str
    of: str
    many: bool


@cache
def shapes() -> Mapping[str, Shape]:
    """The classes by name."""
    rows = {}
    for head, own in _rows(_CLASSES):
        name, _, parent = head.partition(" < ")
        rows[name.rstrip("*")] = (name.endswith("*"), parent, own)
    return {name: _shape(name, rows) for name in rows}


def _shape(name: str, rows: Mapping[str, tuple[bool, str, list[str]]]) -> Shape:
    line: list[str] = []
    members: list[str] = []
    at = name
    while at in rows:
        line.append(at)
        members += rows[at][2]
        at = rows[at][1]
    required = sorted(member.rstrip("!") for member in members if member.endswith("!"))
    return Shape(
        abstract=rows[name][0],
        parents=frozenset(line),
        members=frozenset(member.rstrip("!") for member in members),
        required=tuple(required),
    )


@cache
def kinds() -> Mapping[str, Kind]:
    """The members by name."""
    found = {}
    for head, members in _rows(_KINDS):
        kind, _, of = head.removesuffix(" *").partition(" ")
        for member in members:
            found[member] = Kind(kind=kind, of=of, many=head.endswith(" *"))
    return found


@cache
def words() -> Mapping[str, frozenset[str]]:
    """The words of each vocabulary."""
    return {name: frozenset(known) for name, known in _rows(_WORDS)}


def _rows(table: str) -> list[tuple[str, list[str]]]:
    """Heads and items of the lines of a table; an indented line goes on with the line before."""
    lines = table.strip().replace("\n  ", " ").split("\n")
    rows = (line.partition(" :") for line in lines)
    return [(head, items.split()) for head, _, items in rows]
