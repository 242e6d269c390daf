"""What skops trusts without being told: functions, types and bit generators, as exact names.

Source: `skops/io/_trusted_types.py` and `_sklearn.py` of skops 0.16, with NumPy 2.4 and SciPy 1.17, and the names that
NumPy 1 and older releases of SciPy and scikit-learn have for the same things. Estimators are on the list for pickles.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUMPY_UFUNCS = _words(
    """
    absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_count bitwise_or bitwise_xor
    cbrt ceil conjugate copysign cos cosh deg2rad degrees divide divmod equal exp exp2 expm1 fabs float_power floor
    floor_divide fmax fmin fmod frexp gcd greater greater_equal heaviside hypot invert isfinite isinf isnan isnat lcm
    ldexp left_shift less less_equal log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
    logical_xor matmul matvec maximum minimum modf multiply negative nextafter not_equal positive power rad2deg radians
    reciprocal remainder right_shift rint sign signbit sin sinh spacing sqrt square subtract tan tanh trunc vecdot
    vecmat
    """
)
SCIPY_UFUNCS = _words(
    """
    agm airy airye bdtr bdtrc bdtri bdtrik bdtrin bei beip ber berp besselpoly beta betainc betaincc betainccinv
    betaincinv betaln binom boxcox boxcox1p btdtr btdtri btdtria btdtrib cbrt chdtr chdtrc chdtri chdtriv chndtr
    chndtridf chndtrinc chndtrix cosdg cosm1 cotdg dawsn ellipe ellipeinc ellipj ellipk ellipkinc ellipkm1 elliprc
    elliprd elliprf elliprg elliprj entr erf erfc erfcinv erfcx erfi erfinv eval_chebyc eval_chebys eval_chebyt
    eval_chebyu eval_gegenbauer eval_genlaguerre eval_hermite eval_hermitenorm eval_jacobi eval_laguerre eval_legendre
    eval_sh_chebyt eval_sh_chebyu eval_sh_jacobi eval_sh_legendre exp1 exp10 exp2 expi expit expm1 expn exprel fdtr
    fdtrc fdtri fdtridfd fresnel gamma gammainc gammaincc gammainccinv gammaincinv gammaln gammasgn gdtr gdtrc gdtria
    gdtrib gdtrix hankel1 hankel1e hankel2 hankel2e huber hyp0f1 hyp1f1 hyp2f1 hyperu i0 i0e i1 i1e inv_boxcox
    inv_boxcox1p it2i0k0 it2j0y0 it2struve0 itairy iti0k0 itj0y0 itmodstruve0 itstruve0 iv ive j0 j1 jv jve k0 k0e k1
    k1e kei keip kelvin ker kerp kl_div kn kolmogi kolmogorov kv kve log1p log_expit log_ndtr log_wright_bessel loggamma
    logit lpmv mathieu_a mathieu_b mathieu_cem mathieu_modcem1 mathieu_modcem2 mathieu_modsem1 mathieu_modsem2
    mathieu_sem modfresnelm modfresnelp modstruve nbdtr nbdtrc nbdtri nbdtrik nbdtrin ncfdtr ncfdtri ncfdtridfd
    ncfdtridfn ncfdtrinc nctdtr nctdtridf nctdtrinc nctdtrit ndtr ndtri ndtri_exp nrdtrimn nrdtrisd obl_ang1 obl_ang1_cv
    obl_cv obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv owens_t pbdv pbvv pbwa pdtr pdtrc pdtri pdtrik poch powm1 pro_ang1
    pro_ang1_cv pro_cv pro_rad1 pro_rad1_cv pro_rad2 pro_rad2_cv pseudo_huber psi radian rel_entr rgamma round shichi
    sici sindg smirnov smirnovi spence stdtr stdtridf stdtrit struve tandg tklmbda voigt_profile wofz wright_bessel
    wrightomega xlog1py xlogy y0 y1 yn yv yve zetac
    """
)
_NUMPY_MODULES = ("numpy", "numpy.core._multiarray_umath", "numpy._core._multiarray_umath")
_SCIPY_MODULES = ("scipy.special", "scipy.special._ufuncs", "scipy.special._special_ufuncs")
FUNCTIONS = frozenset(
    {(module, name) for module in _NUMPY_MODULES for name in NUMPY_UFUNCS}
    | {(module, name) for module in _SCIPY_MODULES for name in SCIPY_UFUNCS}
)
"""Functions that a file may mention, as pairs of module and name."""

SCALARS = frozenset(
    ("numpy", name)
    for name in _words("""
    bool bool_ bytes_ clongdouble complex128 complex64 complex256 datetime64 float128 float16 float32 float64 int16
    int32 int64 int8 intc longdouble longlong object_ str_ timedelta64 uint16 uint32 uint64 uint8 uintc ulonglong void
    """)
)
"""NumPy's types of single values."""

TYPES = SCALARS | {("builtins", name) for name in ("int", "float", "str", "bool", "list", "set", "map", "tuple")}
"""Types that a file may mention. `map` is one that skops trusts."""

BIT_GENERATORS = frozenset({"MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"})
"""What may stand behind a random generator, by its name in `numpy.random`."""

LOSSES = frozenset(
    {
        ("sklearn._loss._loss", name)
        for name in _words("""
        CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss CyHalfMultinomialLoss CyHalfPoissonLoss
        CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHuberLoss CyPinballLoss
        """)
    }
    | {
        ("sklearn.linear_model._sgd_fast", name)
        for name in _words("""
        EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive SquaredHinge SquaredLoss
        """)
    }
)
"""Loss functions that are made by a call of their own type."""

CLASSES: dict[str, frozenset[tuple[str, str]]] = {
    "BytearrayNode": frozenset({("builtins", "bytearray")}),
    "BytesNode": frozenset({("builtins", "bytes")}),
    "DTypeNode": frozenset({("numpy", "dtype")}),
    "DefaultDictNode": frozenset({("collections", "defaultdict")}),
    "DictNode": frozenset({("builtins", "dict"), ("collections", "OrderedDict")}),
    "FunctionNode": FUNCTIONS,
    "JsonNode": frozenset({("builtins", "str")}),
    "ListNode": frozenset({("builtins", "list")}),
    "LossNode": LOSSES,
    "MaskedArrayNode": frozenset({("numpy.ma", "MaskedArray"), ("numpy.ma.core", "MaskedArray")}),
    "NdArrayNode": SCALARS | {("numpy", "ndarray")},
    "RandomGeneratorNode": frozenset({("numpy.random._generator", "Generator")}),
    "RandomStateNode": frozenset({("numpy.random.mtrand", "RandomState")}),
    "SetNode": frozenset({("builtins", "set")}),
    "SliceNode": frozenset({("builtins", "slice")}),
    "SparseMatrixNode": frozenset(
        (f"scipy.sparse{module}", f"{layout}_{kind}")
        for layout in ("bsr", "coo", "csc", "csr", "dia")
        for kind in ("array", "matrix")
        for module in ("", f"._{layout}", f".{layout}")
    ),
    "TreeNode": frozenset({("sklearn.tree._tree", "Tree")}),
    "TupleNode": frozenset({("builtins", "tuple")}),
    "TypeNode": TYPES,
    "_DictWithDeprecatedKeysNode": frozenset({("sklearn.covariance._graph_lasso", "_DictWithDeprecatedKeys")}),
}
"""Loader → the classes it may make without the list for pickles."""

BY_LIST = {
    "ConstructorFromReduceNode": frozenset({"call"}),
    "DictNode": frozenset({"new"}),
    "FunctionNode": frozenset({"ref"}),
    "ObjectNode": frozenset({"new"}),
    "TypeNode": frozenset({"ref", "new"}),
}
"""Loader → what the list for pickles must say a pair is good for, so that it may make or mention it."""

NATIVE_OBJECTS = frozenset({
    ("sklearn.metrics._dist_metrics", "EuclideanDistance64"), ("sklearn.neighbors._ball_tree", "BallTree"),
    ("sklearn.neighbors._kd_tree", "KDTree"),
})  # fmt: skip
"""Native types whose state is set from the file and that no call makes."""

CONSTRUCTED = frozenset(
    {("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")}
    | {("decimal", "Decimal"), ("fractions", "Fraction"), ("uuid", "UUID"), ("zoneinfo", "ZoneInfo")}
    | {("pathlib", name) for name in ("PosixPath", "PurePath", "PurePosixPath")}
)
"""Values that a file may have made by a call with plain arguments."""
