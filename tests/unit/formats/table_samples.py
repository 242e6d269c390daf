"""Parquet and Arrow files that other libraries wrote, as zlib-compressed base64.

Made with pyarrow 26.0.1 and, the two named `datasets`, with datasets 5.2.0 (`to_parquet`, `save_to_disk`). `rich` holds
three rows of 25 columns: integers, floats, texts, decimals, dates, times, nested ones, a dictionary, nulls. The Arrow
file of that name has thirteen more types. Options: `data_page_version="2.0"` and `compression=`, `row_group_size=100`
(250 rows), `use_deprecated_int96_timestamps`, `IpcWriteOptions(compression=, metadata_version=V4,
use_legacy_format=True)`, batches of two rows, `write_feather(version=1)`.
"""

from __future__ import annotations

import base64
import zlib

_SAMPLES = {
    "rich.parquet": (
        "eNrtV19oW9cZP+dKvlFc1XPc3Nurxk3dND6kixvJsq3Iw8M5smxZtmRLqu1YZlBkSVZsyY5nyZaj9qGMPYwRyiihT2MMM8oooU/dnsIeQtlT"
        "KH0oexyjlD2FUfYURig737nn/pF0rdiQwB4m7KPz5/t+39/znU8pmhlW3Eqvcj7BvlAfQp5+jBBysX8FKX2KOqTI7FhW5H7NDbuaG85V6Ypt"
        "de4cG84OSMDYhV0Sg9KU/gTjAkTvENBIFup5RbNQQ6gNqfsyEMtYcl1GDCqgXDOggOgsnoBjJPCQA6bmMU40DxYzFV1x2HWS51V6DXnyeTSB"
        "bqBImwAJRdj/BAMVMyegJh8g9OEkO7zB/m60wblhF8YPJxmkbeUEO6BcNoLVO6Gb8f2ksOdGW9A8xokx+36SBc9h1x5EFwQRKT1KHyAhHQlj"
        "DUPg+TenPqMJaqYOM8jQqvsyuDcHw3qrPiHGv67hXJs0t3JRuWS460dhCwGGvEPW4LwB0+KfNk0OYbjjpMkdDR86aOJRvAlF4ghu7+GdRr2N"
        "lwUJ9jU+2hBkjGXQoVvpMRC6esG/77cFpotviy8W9aa1A+SPIS11SAWhOeyEqSCHz/vHbDOZp6J30KnJUSsxp5oBu/oImW2tHNBOXDOaKtH/"
        "XP34v7znK69TWlxSyBDLwhM9UOducEa+7ZpEAp0/fZLt6UNOT5+pYLMB2NkAkdaSQy3g9cihnODD5lJ0LHOZMbMXwMbsvoLLGi5z5l4eC5m7"
        "xyUjLLXdUqyb1wShO0k4zn3FtmoHPSNAT1plUVuVZdedV9kmz+veezJpxLT1/Xoyac2Yig67thjLyA2q9iChK1KkBBtAErKeNV2A+YzJ7Mzt"
        "e0rGkCZX87eK2zklyBgHJU3aDA9eTNx/xQMS+I5rfzg0qLGtXg7phq3N0ChAuxU23xgOVZ7CiQdONkYYUDefAQ1iM7yOFC98VwdRAnTgK6nS"
        "tHStb+4ApIdDVtdh3g3zQjE/2A0xGPoZjEDfw94HSZPZSXAsxA8L/LBgqlwYCQ56ExVzXRsJVj7o69c9r5tQC43C1pC11VWrvrdfHTyfuNu0"
        "LcN2LT/Yl7h7zo4A5DvVCtvUG5MxSXNXNqs1FmY5AVtjbmND1+JMsVLcLu7UgFKu1vb28zXFrWPhnHDRuvAJI3Ft53YZlpQY0rHOlot33jvI"
        "VfaLwOUdRJqL7Rg+BAFd/FRH6qoUNvM1C03eKVZrxYKTcmOWavoKO9vQbbdB9+vOfqXyAC6S7Ov3Pb1AUL8i+caQ3OuDRFIkVVZ/i9U/YBIm"
        "ns4lyzek5y7kbC/7mnhb9hEJUtsOCrnIUT/C6ieYfIfJfdzeVTtiQc5zLLeBxZKYY/0dq//A5K6LPJROV707y+kx5GwInX+N1Y8x+cpNjtzO"
        "TXVnPI+JNxLkeJ9i9XNMHneRL7o6d9WdcbtNXOGPR1j9BpOjM+TbU7bUnWOIfIMy8rEU50KW1FXyZ89EW6Pt64fi1cbsFUriKuf+QP0lJg/P"
        "ko/O2pvsNvmq2+cEwkoPR/kVVn+Dydfd5ONue5PdDiP77A4zYKBkWdr87SVy9JK90X6WNlZ+VNctmK+85FNve899wlRjJZFD/Q6z7CDfvEw+"
        "e/nZzffJsEW55fB/kdQ/SuRpD/m658X34Z3VMytDQdyKe5iVHPL7c+RJb+eO/IS4tabb9qiP3Ovr3JOfsPrUmqvPefLwledZfQw5+qNmk/RY"
        "IUfKi5Ak3kmbqEevkl+8+qKM2rEbdd9HvtWepyQR/jB//PhgPZGqR/0Cqw8w+c9r5OFrp33WiCz5ZiTUatMV0RHgHDfrAVa/xOTzfvLDhdM1"
        "5E5mhVBr7TKl6ZVnT22Qx6+Th6/bu3PnMtiOFYZGxWpOoCnhoB9iVmDJPy+SBxftfXs7rOQj7GEISZLU4vxmYL274dBHWP2MZfIb5Ms3Ovfz"
        "Tu5HzP0SklqKud4vWXX46E3yrwF7R/+sV0E8o7dEo9WUM7gthcxX9hL595una/zbbQoxHXwH3H1Iaq1frEXj8lLqCvnuLfLXt952SnyZJ9UP"
        "l1SZeNR7l9kzrHlpJrN48yf6zwPtbp8fPmEao5Smqf6Zp7ROIyU6Q2mJTpX4XiRC6TRMNlPX/f46J13ThyylU8AfrUfY9iFdpnQOeCNlWKdg"
        "HUmzdbTKMNg525wrMaxICdazlBNF2XmciaVlmqQMja3ZlK1HaJwR1afY+SiQLoIai3UQXeWK8SEaAiOYihGuZITrN03NTxI29ws367SS2vP7"
        "G0sGfXKG09ct+rTJDz6h69srjUJspczk06sHfn8W+IE8HVimXH+DSVdlxgLZZXw1vlxsMHlXk8DPtdXxsyaTLjptss7y6fJVFpqaKS9pKWWG"
        "SvDHKoG1mwG+zh0c6PQlRsSCOMVZ8uDQNNhlOiW9zPVfhGGKtvgLjiLVtVhlq8DXJUGSNr8hHsIeSt/lIFnQdzEl5Geml1v0jVhCeDxq2VWW"
        "aUAfivr1eNCFWKs+kH8zJUMpPVSxlf3C7Nzu2mqShoF/LHpdxHNKj3/JyZ5g9ubh8BqoEl8S9DQSF5qxuMUFflIwm06OZKgl3wKNcn8HV8bo"
        "zFKYGRAA+3l8MyVDc0HPocNWfkDoIw1mw3B2JA36MP5w2Z/S+Y+Rx6dZQJ3fYvTjcYOe3upAz0MF9GHrZswuhU+Q/3y9Hqs0CgLQv+H33041"
        "RD7GT5SPFYOeTnN/BEz+2878PP8zjdXgWAPWq8xGTl/X9YnC+fTKcH57vL727vjU2upcNXdzlNsP+gHE1C3acr+oKaowu7BRWM1ssSQr+UW8"
        "hHwez5WVTJRON8aFf+Y75FMgPzw+nOe2Ja7q9HFaTI0I+8rplvqgf+r8fgcXeFLwOhsXqcL5OeW8KX+uQz0LJBtxmoR6PB416OMd6MtAXzq4"
        "LuIRHTX8FTnkRGUnf63FVraSW8tBfes2gE6DvlH+TjDkkpnf3MzFlMBP54+3P5apZOvCfmraP2/e91hD+HM61cGe7XwwTrcPjPdoatkv6msk"
        "cvx9zW5X9mlki0X+6qhBP+NMz6vQ+iyTFW1AquRN/A73k+dDTK9nRn5Fbj3jPseX/Pz+G/l4eLz+a1vZAF1Y9xv5tmTcD/E+OPs729DjlBXv"
        "QVYcTtONFv6YM//hQkkviVyf+SV/c711jM/uwlaa3X+BLypfwJQX73A/lkGeoe+00NcQsgxJwu7NrE5sKEVt+tRb9IlzfRb1oCY5f91IWkDg"
        "wn6KtIHd3N7P94u1d/K7u+/k9vZu1wcOinvVzds7A8HQtcC1Yd/TC/0IPd8/9Cf2KzlFM8P/Ba7ZhXs="
    ),
    "pages-v2-zstd.parquet": (
        "eNrtV19oW9cZP+davlE91XXc3Dup9VKniQ9Ok1Z/bCt2yXCOLFtWLNmSajuWCTT6Z8WW7HiWbDnqGN0YY5Q87GGMMUIog0EeRgklG6OEkYex"
        "hzDKnsYoY4Qx9lDK6FPZQxb2nXPPvVdXupLtkcAedrHuPX++7/f9Pd/5nKApv+JQ+pTXY/BB/QgN/8r770EnRQgjhLrgp8hKj9JzFT4S/Po4"
        "2YDbwbbcDkakSsMNs+PHGV837pKA0q28EQMmA9eV0XAlE9uluBg2MrGDqAVPxlLXGQTbPuVtC6D7Fwhdw4DHGBBHvvYYX8O2wG6nTuV2YjFS"
        "0bDNqlWoSzlpESr7YfciuoRC9mIkFILfRYAWIyucnVMQen8SXpfg75I9qINtsff7kwDcMLOCDyoBSyT7vitMQl9OisEl+4g69W199OUkRNZm"
        "VYtwF4sw4+7TgWQBhLEbs6TgX0HMA46B4IRCLPr1JLWMyLBX1lazIEBl3TjTINehnFR8Fie+dLMRh71y7ZIL53Qww2vttNpnr5tttbrpxvsW"
        "rZzKKzEgMnAcpwDjZr1mIjTlOdt087dQCMtMnx5lwILTfVZz/nu2QO5uvic+kB2WuQX4DeWMBViJQ9oDEUYnH0r24Aqyed5rswzCj0RvUc7O"
        "e8uRxgpkORBsS3uzA2HOLJj/VQWyVLf/tWr0f6HPVeghEqZf6b8KyaoVA6h6B1+Hjq5JJPD5VSu1XrUItUt0Q1GrIbiNIVL7EsJLWrtahPf1"
        "anYQRMms+w7TB0HHMC65cUmDQF0ywlK7U401Y1tBNKcJRzqGG2Y67DEBe9iS3WSkUbKhQPCSbRcP7fnXpB5rXUUnV9Gpb5sjUNVmVVe5Fwmd"
        "kdIfg5chiynML075qvbRNeV8wOF5QsaQW67krhc2M0oAKdKQ5JbWx4dOxn75spPB85WuXX9wyA1Lff1sycGW1oOjSOkFOBiv+YPlJ2zHyXbW"
        "RgCoh48YDYIRziLFxb6VIRRj0vlMKlumXdn1LQbp5JCVLBv3sHG+kBvqYSE5f5W9GX0v3DSSW4adwFiQb+b5Zt5QOT8SGHLFysa8OhIof7t/"
        "YEA7CNyEanCULZ03l7qrlXd3K0MnYrcsyzJbruaG+mO3jjciMPKtShkWL/LFMcntKK9XquzoxtjSmENf0LQ4VigXNgtbVUYpV6o7u7mq4tCw"
        "cEa4KCt8AiRdm5ltwJJi5zWsF0qFm+/uZcq7BcblGkLuLljRfcgEdPNdDam7nF/PVU00eatQqRbydsqNmappM2xvQ0+jDZpft3bL5QfsNMme"
        "Ac+TVwkaUCTPGJL7PCyRFJcqq3eweg+TGeLsXMc853kKgxgEeQpt7VnZQyToQVEjKMtFjvojrP4ck6eY/Aa3tvS2WCznOZZDx4Ik5liPsfo5"
        "Jve6yGfS0Qp7Zzm9upw1ofMtDM4gTx3kdw77Nr4zntPAGwlwvLtY/QSTuzL5W3fnDr4zbo+BK/zxKQaXkM+PkdvHjta4d44h8iiyBzKcy7im"
        "XiNPnBdb2nnPAK+pzbwuoSOucO7vQPzJnR7ylxca+/cW8arDYwcClYejfIDV25BAXyNf9DR27q0wsqfRXzoMq1imNo9c5Ieuxr79IG3M9Khk"
        "TZhPXyQ/fbG1eT9kpkFF5FAfYvVjTB73kru9B/fvh8MW1ZbDP5TUTyTysz7y2UvPv4PvrJ5RGPLiUPwEw7kgj/rJjw/o4g+JW7Uctu+dIA9e"
        "7tzBH7L4VC3F5w8K+erEsyw+uhztTmuQ9Ouvk8fq85AkrskGUR96yCP38zJqq9GoD14l9195lpJE+Mf53cdfxg3pUp3qR1h9iMnfB8idgaPe"
        "akSWPDMSarZpWDQEOMPN+i1W/4jJ7ZPkr984WotuZ1YQNdcuQ5pWearqDzD5x2vko9caW3X7OtgKNs4aFbM5YU0JR63DhUe+GCT3Bxu791ZU"
        "yUNk5AlKktTkfCuu1txw5NsYIkC+OkUenurc09u5H4H7JSQ1FXOtXTLr8L3T5J+vN/b0B90K4ha9LvosS87glhSS1d9j9c+YPDhDnp4+WtPf"
        "alMQdPDscfchqbl+QYfG5aXUPPk+IX8aOmuX+DJPqjunVZk41Y8JXMNuF02lFq68rf134L7V72XPOI1QSpNUe+YordFQkc5QWqRTRb4WClE6"
        "zQbriQteb42TrmqvNKVTjD9cC8HyPl2i9DLjDZXYPMHmoSTMwxXAgH1YvFwErFCRzWcpJwrDfhTE0hKNU0CDOQxhPkKjQFSbgv1RRrrA1Fio"
        "MdEVrhh/hYPMCFAxxJUMcf2mqfHE2eJu/kqNlhM7Xm99UaePz3D6mkmfNPiZT2h2c7mejyyXQD49t+f1phk/I0/6lijXX2fSVJkxQbaBr8qn"
        "C3WQdy7O+Lm2Gn7aYNJEJw3WWT5cOgehqRry4qZSRqgEf6TsW73i4/PM3p5GXwQiCOIUZ8kxhyaZXYZTkktc/wX2mqJN/mJbocpqpLyR5/Oi"
        "IEkaXxYPYQ+l73CQNNN3ISHkp6aXmvQNmUJ4PKrpFcg0Rh8Me7V40PlIsz4s/2aKulJaqCLLu/nZy9urK3E6zvjHwhdEPKe0+Bft7Amkr+z7"
        "V5kq0UVBT0NRoRnELSrw44LZcHIoRU35JmiY+zuwPEZnFsfBAB+zn8c3VdQ1F/QcetzMDxb6UB1s8KdHkkwf4B8veRMafxt5fJhmqHMbQD8R"
        "1enp9Q70PFSMftw8GbOL44fIfz7PRsr1vAD0rnm9NxJ1kY/RQ+VjWaen09wfPoP/hj0/z/9UfSUwVmfzFbCR09c0fcJsf3rZn9ucqK2+MzG1"
        "unK5krkyyu1n+jGIqeu06XxRQ1R+dn4tv5LagCQrekW8hHwez+XlVJhO1yeEf+Y65JMv55/w57htsXMafZQWEiPCvlKyqT5oT42f78A8Twpe"
        "Z6MiVTg/p5wz5F/uUM988XqUxlk9ngjr9NEO9CVGX9y7IOIRHtX9FdrnRCU7f61GljfiG0sBbekGA51m+ob5PQHIRSO/uZkLCYGfzLW3P5Iq"
        "p2vCfmrYP2ec90hd+HM60cGezVwgSjf39Ptoaskr6mso1P68pjfLuzS0AZE/N6rTz9jT8yqUnQVZ4TpLlZyB3+F88nyIaPVMz6/Q9QPOc3TR"
        "y8+/no/77fVf3Uj76HzWq+fbon4+xP1g7+90XYtTWtwHabE5Tdea+CP2/PvzRa0kcn3mFr3Wemsbn+35jSScf4EvKp/PkBftcD6WmDxd32mh"
        "ry5kiSUJnJtZjVhXijboU2vSJ8r1WdCCGuf8NT1pGQIX9k3kHtzO7Hxrt1B9M7e9/WZmZ+dGbXCvsFNZv7E1GAi+5XvL73ny6gBCz/YP3Yf/"
        "khM05f8Pi77VzA=="
    ),
    "brotli.parquet": (
        "eNqVUkFvEkEUfjOzmWxSDpR0tjuyBw5lQxOK0BTSGDy8RSpEpMCl5y0SikaLYCUxHjyatP4Bzx78Af6aHjx46Kk/wjezGyHRi18y732Z9+b7"
        "3mRmgKOaclRV7fWUVJADyO8CfGPckS/El8Ho84/veQVqRwVlqmdpycB3BSTwXZYyD0r/2N3epnDtfOKUJONiDwSZkViPkjGjmumNTTgXZJRT"
        "D9ZGDV5i5z6LrcxWIiMEE5xUdLMOvlyOLyavY+WAcorcF7PGEagMMbYsQi8wc0kd6HIIAZ2og8xq26RcT3o/mXfLwk7o/t+FdNnMrjhQyFJq"
        "7ksdgqSiccmkLmxpPT56Nyz8ysNfbPMyf0l4jiYR7hjfW+7J0PXuOOjAz+BodHr2KLmmf88eGjSmSBhigmeIK4ymeII4xZYtYRQhPjekhdi1"
        "G+uMCU2Yjf2XJHpMpH3StptWpI1/YGj0Ie1vp9ZDjIZG/yniGJ+siwmGXdvUwc1R0YxKJ14d9u0QK3O+Y+ZOEW10Pga/MI8Xb68m7w7G8/lB"
        "vFhcrgrvJ4vl7PJN4bBRqVZqukxvbJ45S19jQF/5N1gpeIE="
    ),
    "groups.parquet": (
        "eNq91ntUFFUcwPGZZR12a5FHzbarm1HphragoJgZGrM8QgVFkiRTA1lgIR7rgkCWRmVFZUplhmVKZIaISFSkVoipsWaZvbWnpaVGlpU9+K/v"
        "LCtyjlSHf7rnfObOuTP3d+fe3+/s2VQlLVLWyh0GeYeULHtEWQgRhDpJEAJEQQzQCRr4QYtBkOAPHfS4ABfCgAAMRiCCEIwQXISLIcOIS2CC"
        "GUMwFBZcimG4DKG4HFfgSgzHCFhxFcIwEqNwNWwIRwRGYwwiEYWxGIdojMc1mIBrA3TaiYJeFK7T+2uFGEYmYTKuRywU2BGHeCQgETcgCVMw"
        "FdOQjBRMxwykYibScCNmIR03YTYycDPm4BbMxTzMx63IRFaALmaB0NOyfb0sqGk6INrULkiWZMli0p19aNL5bgSjENbPaHAwF8fpbD86jyj6"
        "D62qyowNMw2uXrZgl3PCsJpqh31TRkTt8tzdJysn19U440etmd6wqmBvwfb5LbWFiZsPF29bW9zZ1b20o86VZBuy0rPBva9w4vqDDWVTt8zZ"
        "eqipfP+pxTuPtFQa1A/1llV737LSOtTjzlGPO5ft5cGJfBTgNhSiCMUogQsL4UYpCStTIyxSI5QzUoFK3I7FuAN3YgmW4i5U4W7cg3uxDPfh"
        "fjyAajyIh/AwluMRrMBK1OBRPIbHsQpPYDWeRC3W4Ck8jbV4BuuwHnV4FvV4DhvwPDbiBTRgExqxGU3YgmZsRQteRCtewst4BW14FduwHTvw"
        "Gl7HG2jHTnRgF97EbuzBXgrrLV9NdP5bYXX2lpCjT2GdP/o/F1adJDf6JcsOb13V+Gk9alXsU6vibXa3H+/gXRzAeziI9/EBPsRH+Bif4FMc"
        "wmF8hs/xBb7EV/gaR/ANvsVRHMN3+B7HcQIn8QO68CNO4Sf8jNP4Bb/iN5zB7/gDf5KNv3wH2X0uGw7ZaeNyNhXdvYfu6ZOK80e9qYjao1ET"
        "IkqBsaGG+CxLUr0t+WhM6vCUWTnzMjYWzT2+JDNshSN/nbOxubCr3WXwLqk126IFk1Sa7cwpypI1DIzQmMRKwXjGzxxjtlgFC69EC1KQmVFZ"
        "Y/SIxuZAY7Peekyy6gb2K2S2kUVBXUNggxohZqRktlI56hxiekSrjsDCPy7aqreuDrK26QdWov+9apue0P0t6zDW64wtg6ytRuuJkIFlo/9V"
        "1c9SYzqIR2DWNBmUtLQZsyf2nL+pSRyttrF5Cm2m0tOmKUqFYs9TEhUlT4nzPlLsdkVJUW/iFGWKd+BcT0tQL+m+u3R1HvOT1DjeuHZfZCUh"
        "zvumvaJ3ktI73z7OFz/FO7+iJ77SG1mZJJhCXVnuhYtyysKzXa7wLLe7pCK0PMddml9SHBo1PmJMRKTZYmHPuRRmKv86/gba0oxT"
    ),
    "empty.parquet": (
        "eNrtlz1sIkcUgBcMxLGs051zWFixTtdgJfHdLT+Gw1FSzAKGtcH8HGCDIp34MwYWTLwLOChFqlRWylRRqpRXpoquSpky1SlVypSpohSnKO/N"
        "zC4L2iVXREoTbK13Zr73/94g50kx6HV5Ba8zAw9hSxCE/5f/0XLn9V5E8HnU5mV7UPeG4NDv9Dm7Mf+DzIt31u8hgztr42DU74Otu0wMt7rR"
        "A8F7BzTC+0UwqrzGk3U8uQiDog36howAb46G4N3Ev6pfyOwiiSunsrBca3SHqHKdqlQb+L6B7612078Blu4/+gSfyN/xfgAnHjgJRaL0sEUP"
        "W4bLrXDIv5lRjLUWDimfb+2iNT0ELXqAW4/mW25NfT5W/fcztwvbHtzWmv6tzO09swbEh6oCmx/RzYjT51K6quZ1ej0Z3Iq49A3mxVttpT1o"
        "DzUkPap2PW5qXhfT5ajzFDV4TgBZG9RHoMuZecR0vd1vf/Z8UlfGbZTa9Au+NdjRc4gG3PSUaXIrrW5Tm2vzDNuq1m5ZOReZu8ZWDusYNswx"
        "sLwOx4ryErBtYWd35/W7e8Ku17njFzw72Ede57awvbv9YE/YW39/l7UfsCYIW8tE7S1RLk5Bt5moxBJ1h1MXC7oaS9S6ToVDJuoLxxK2oWML"
        "Jr9dxoQdL1COBmXgZ0+QN9nJJlPgUE3iL5fFOQQjYKJ+saFwMkzYnw67+NWGCfvaaYPB1Jiw720wPlwm8menTQ1bCxn93Q7TFrCv1mxqrS0k"
        "/oUNxkbVBP5kA/LhNZG/rVA5NKv80mUZSYzOA33Mp8YQ+s5lqf09Pu+Ouon90WVZcIM1l/NXazaGl8T8YsALwST0l00Ei0Ls1jCJfeO2bkR2"
        "pZjAH9yW03PJ75qFHDlsU/bKbdMxcLmYsD/M2PYrNwzd+vatBy4e3yYpFnNnH7IvMt/tloifGEkRQgqEfU4ImRKpQ44I6ZB4h+5JEiFJfOnm"
        "n4rilKI19qgSEkf5xFSC7RtSJuQYZaU+rvO4lgqwTqigA85h87gDuqQOrtOEQgk4l8Es6ZMsAW2whldYh4kM0DQO5weI5tCN3BRNq9Qx+khE"
        "MQhwUaJOStS/JDE+Wdwct86mRMlfi+KspPPZI8pP53zBkMeckMagMmulKn2wT/YnolhFecQLgTKh/utCzJWjuZIRyGl0mZuBvf0sylNvmf6q"
        "IcRMFwzRNH0t70NpNMNedu6UUSoun1ICtbMAXdcnE8Z3AIIixqlIExNawLiMpBTK1P8cPuJkKV94JKm1lNJr0XWHIwXjL9aDx0PIM6qkiv7m"
        "8tx+MVle8leaG6H10Krn0GnIRxMiqwc5TS37g/131NGdYqVKVcat9PGodp4lMZSPJJ7yesZZ/TtW8YSqZzfBGroilzhPJJl7BnWTuf4sFzaS"
        "LBXJ3P5caYLmO1SJkKNSDAIIYPy0vsWO7jnnqerYvD+w9NIMYghWwwX0B+RjfTHP5G3s0dcqaj3pAX8o6zy5XMHTUiEfm09GuhR7g/6n60ZK"
        "mbW4QvFCFK/yM96P8hv1o6LzJEnzETDkr6zlaf8XZ+ehyAzX5xAj5afMnwSeJyvB5uBwWnt2GK+dH6v1swMaP/qHKuKXZGm+iGGqlT69aJ0X"
        "e9BkHZHXi9un9axUigmSnB3y/Jys6KdAM3gYbNLYMvuMl0k7H+bx9QtL9wP7TOl8h05pU9B7VuatQuUpeWLYP15xnwWyM5lk8T4+TOi8vILv"
        "I9+ZPOX1SBzo+ZJuKNS3ylctVelle+UQ27pCpUn0N0G/J0Bzx+hvGmYuz/UXmvbxp4pKdcrjJ0b8J8a8p2Y8n8n8ingGzZBMBhP9+yheFvn9"
        "Kkn281odKGMi9aDy+wc6f2TN01uokQZbiRm2StPQv2I+aT+k2H2m95d0+Q/zLJdEOv96P97Y+1/rVQPktCHq/VbS54N/P1jnuzpjdary74Mq"
        "P0ySiyX5lLX8zWmHXYnUn5OSuHjfWtZndNorwPxz/fzmCxj25BXzUUZ7ur9J7q9upIxNAnOTZrDuFDH5M13yR6b+5FhRs1R+qjctaqDGPhZ8"
        "D0f160/Hbe1xczR6XL++vpo+nLSv1e7V8GEo+iTwJAj/uME/if/ur/D8riDkSTH4Nz7YkMM="
    ),
    "int96.parquet": (
        "eNpFUU1Kw1AQnqTNs9guinRCHmSRRRsopLVRKihWmITaShVrobiUGkp1oa1Jay7hAVx5Ag/gMTyGx3BeGvSD+WHm+2aG98Y08bGIQzy7RIGw"
        "B1Av/RTA0GpvvQZ87xhlo+J9lSGDKiFgDS2PyVU2YXN5t66zF5peqAMWpdcFSyTRw/xphjqgaOiWsU7uNgmYQtrSdsFGIbsgqjJvoG4K80Mz"
        "3zX33i01PT4IlBR4hw6nTSFdELxCcYRbYh5I26rQZHJ9e7LdZH1q+wqHC2Lc0BYjopSCBZ0TLSjMWhQERFcqCYkussJ/ZPSVm+bZVOlYP1Rz"
        "srlBPpn6o4wZpH+iLZQ06ET+sR+lNMj1g7wZ5rEHlrOaxS+b+boVrVatWRwvU+d1HiePy2fn4KjdafvSVm871tj4j34B20dYgg=="
    ),
    "datasets.parquet": (
        "eNqFVk9v4lYQfxiHpG0O2VWfZVccEEqsbDebQDbkz4qLgRDMkk0gSiB0q8gYY7w1hmIIkCg99hPk1qrqYY+rqud+gH6Anqqqhx566kfoqTPP"
        "BhI2q1rk+c3M7/ebeTOPJMdKKU4JjdDIGuVhE6IhQjhCCM8FYB2yBfyLdHEWEAD7UyoW0P2YkI+XEavhUgPcYyogYckjfBTxKIEgB84IXR6z"
        "lpLEfwL++3+4Ig0XwI/cxTXkYDDo8UB3DWI+bynJQjyuoSAXXCbSI04SA0P8oZwkkCfboAvegCQS+FAiCTz4eOIjNfipeUiZAcG5MK4XtpOS"
        "70P4AAvzwXFIknlOymIZRAoLCzQlEEyFRp6uM4Og8S5Ad6ehtxyzcHsbpFncUl76PkHEkKs3jZZGF0iCE+eslmYalIcZrYBVG/UM19vzHa3X"
        "XCGFMDKZo2cMe2MHj2hbqxk2qgStuks5GirgPBK8yNuW26Mc1A+wecM2WobTIwIvhaXXMgnTRWkFDrPqJfeSUggLKSElLyS3yWpgCF1+9Aiq"
        "pzgajiSBHJJYx4nw1xz9TPgjSNfIe2Ksaqa1LqzL+eQ2f1eDMA2QIMK/qPEtT1d9jQQJLUneGSkH9Lpgy+8C8jCM1dRgmliNd4k5lFuaFCWz"
        "mm5DNCz8xNPPmR7v63ktYoIdYSi/5eS/A+Hp6Kf3QSCrD3gfyvlknPHnEBWE33maZRk5L+MujoK1f9x2SB4SLoVv5Nug/CcX9i6Wd8sg6R3r"
        "wWTTu0eEXzHhD3M0RYRfggIvLwi/BYmUFEW97fQg00XdaFiOUb/Qm33nK8sxxex1tGU5nn3hWldG9EVkc3szvrW1Fom2tOH9SDy2tZvY2YaQ"
        "0+62Lmzj0rDBHbsh4ifNvmmCYkPTDfGfwHXUchptiF1HG4bW63cNlxnsCrDdRW/UwV1UZa4bEMXRslh9HHN7XdCMQmwCP9Psvgdnk2N4R2sx"
        "/S+ijsHQnbYb/fIuK21rrltgBKTCCO7Wdj+p5fSeb34g58RVgAFGb+Ah4qJSKh2VX3hfWvHH+Q18dpS0oihFxXteKsqWkjKVrKKYStpkvlTq"
        "XnyA7/1JPF1MefZYhcVVfKfYG0GZLSaEy1Ebdztqy+5XW7vWkYX7qn1eKcX11tmV+qZtGqN8p1bOOtUTdVvNuVbleSmhH5wCVrFOyvFmdfPU"
        "apwMTNUp2Uau6GuUYkYlZSNfdV7FdNQfqa6azjfqOXvAtNL58nl5GK+e5PcKacWqHWStanng8xPNWtnLXx7l+9WybiFGP9i7Uu3YrE4GuFd6"
        "bNg8b525qsPinWrucOY8p+/XBnXVM4cj1YL67b2p3642a7kz29e6m+tQq7yKqU58r1GJQe9c7F+7Xq47WjnhVFvZN9Wi1/8RLnnsf8qc9Ps4"
        "83RjYxdHdJhVJqHpvBhIyeCilUtXyhHDn+PVYNEmi59P9LyH8bVKya6xmWeKPl5RThhSneGbM3xWit//yX2Bi5jzoQzOpNXMhl9/dn+2/ukh"
        "YtVKM8bMHOKftsf5MyVzJr86kWZFKKdoe/cNvS+RvzE5f6r04fPrB9mY5rWPnXefiZlYYs7/HhSnpP19r/7BTP0sv2VAL/UphcWJGOlo3a/7"
        "Ru+Z3uk807rd9iByaXRdq+3AL7/12Hpceg1/Q+9+yHfzhBzDP1P/Abh1AiU="
    ),
    "pandas.parquet": (
        "eNqVVU1z2lYUFZQhTscLJ1MxYsYLRpMw6YztImGckDqLJwWEKJCAYyTUyXj0JBkLJKHowyC73vUHdNe/1EWXXXTRH9Jl33sC/D2TaqH73j1X"
        "55579a70EQw4OkeX6BcdZKjnFLV1mKHSK7u0NEU/pws7CN+i83R+m9lYIczGKrZAvXrA++wZuj0tYSCXyXyTRRTf0cwq07cvcNwC35K7OQ6o"
        "V5mEySzuMxQPaxSTD40zy9XpHEXnXmaZjE7Rm9jCl1RnG8vJFbeLO2VqG8XXqPxWEYXQ2UKu8Gem8Fem3Cpv/L8qilgZRWdxL7aQOfw+XyxT"
        "OQTiHJurHJDk+KXwa6b8W7b8T+ZmGfcokMYVSeEP9Fx5o/B3FoUxeV/3TD1kfs9dsrZnWosTY+bErheyb0s/X7JT5EMrNtC9scXulFhPdy3k"
        "8GLHQbsw0oMIbStkPfPRkidLCy+5q89ok/KdEHJrSXub5dS2HPPkti+VdRIlPnaysWcbMzNVELt+sgbCKMBO14p0U4905LpkLQ/F2t4Y48ef"
        "mrtv2KsbSm5LYHX2roLUdUeA7UUH+/fTr903BOAKrnZK1yng/RTwgRQzOLGM6GtKJBlwRXoUBTaMI9LXyytcY2Dp0SwgfXBsGOhBgjn8RA+C"
        "2RzznFtBaM887OUP9ip7HHt1reUGWN3jMEYxm2Aw+KC8TaeA+ffJD+QCIgCgD9LrJwD2gTAGTQDGQBwTnyDcwufYNtZ4Yy6m+xULwWVsBWIJ"
        "yRQbgbAZKF54LbtOrEnDfZXvncPWMIJe1/5gC9BK2oGu1KbyZDaWvfYZdE1Htudj2a2dQeUYx8Smsgg7IrCN6uDM8PrIB+bL/bkhygfyezmU"
        "xfaFKQ3nmKercibGR3w9NBUuVvk0t6auc8YjhXNwLPSGIRRxPs3XlMVU5R/IKzXR880LtTqoGRLGgG0qNR/xT7UjkhvFcnNrWK9YquCktfQq"
        "hk2wSFMHZ+j5yugIaW2FtqbUJpAf+NA1CNdwOJA6n8b26R3dRoLim9Hr614gLM3n6sow1Jr1dR2y27Af04r6W+lN+gRH9UZGyzk1W85cw3rE"
        "tg+9Pt8TH9Aq1TgoLeodUbitwX5Mg/yoBsi3v2hKr7J8txxUhdpNHL3LJMU4x5Sa0xHSsX4/rWVf1EHFcB3bVAcO6U0rqhN/te0g7Bz1m/QX"
        "So5tuM3ESuubW0ozMdx6lfB7mmN4PR/y+yRvdzKKu+L+QvYquKb5CJ3Fkdo7Nd1hYvDOOcSconzRmTTi7lG7DsAIH+plXDc9+ulJT++9CZqx"
        "N3hEjsmQCGOwnhewWgr2Mr6xHKI+EPp4MCUADPD+GkyvvkyCWtdDB9ZLqbGeP5GEjFeokEa+e0cxJV8PvsRWtGv4/i75oJSWH4xS+ikp7qAf"
        "Iv4n/viEoj6i3/1/umQizA=="
    ),
    "rich.arrow": (
        "eNrtWj1sW9cVPo+k5BeJTl5TNlURDxyMwEPR0o5rEIEAM2mKchBQI0gbDUFD/dAwG5pm+ePQbQaj8KAhQwYNQlEUHDwIQQYPGTR04NCBQwdO"
        "hYYOHjxo8KAhiWRb1uu5f+Tjp3f5RFlGUYAPOHo87zv33PNz/3Xf/eCD33x0kcjnJz9L5JF4ZihJ0zRFLv/ix0lQgl+Jp74v3m8x7TBwn6nB"
        "lGdKMe28QtRh2mCqMuWZzjE9conaTA2mBaYU06MzRJtMBSZi+nya6B9TXI7pAVeyxlRgyjJtxxlnusZ0nqkbY31MKaZ7DtEuq3hf2MfU+c73"
        "2eAfCj/m9DfxsCiVlwU/rb+9zrjL3Bn2Vfid4i/S2ddS/Hedic2klC4vyjSbpVWjK6e/be/5vqlHxGqpVrv12c+UpCj7rojvO8VWo1ipl25V"
        "3qks3SwKHd6+73sB+0jbi/I3i42l1aXGksC/+l6Vuf+99PFVIX9O6xA2LTCdZ+IQ0WqzQpefSLk+Lr1jeqTKT3nav0QA46ZAN9gnd0/KxMJk"
        "Mkz7Ugc5Ig6X98LtyTOl9W82h94/UO0naEt1b7Qt3zK+HmHLvb2BLR0l+wbaMk+qbYvY1IpFWuD4Pw7UHWwr3BTp9lK5Waxzm2W5Dw+kfln/"
        "uYCcaB+1ZuWTYmW1LvjkvrJD+JyXvx0XbZa5uXKZ/sV4Wcn8JBWo39F2yvZ6m/1nmfX9gf9BO8W71CjeFL/XdN3Cpn8q+dmwum+uVui2bBcx"
        "eqzkXg+1sVmjv0s5xlQ7+pHVzjLR31hm/km0nZknAzvLSt5DvSltw/V6Wdog6tg4hu4vtG4h01XyP0bfhK5ljusCj2WPlcxcmEydZaos4z2V"
        "Mk5YjCrNMq0zflnJJFOB9mH8EG2pUqw3ijwedFiuoGTPhskGfXnMcl8E9GLcxbshyj3z/W+UXHxUbP7wTOXcC4x6YsxT470zJerI6v5qyk+J"
        "HK2WVhqyrbsScTW+/3TQ1jdYd1bqd34QZqtsd0tV6rBM25flzs4F6hLxXtQxENNBsdKolbjz7bL8l8/C8z5l+qjo/88GtgifXKlHjeqeFg/L"
        "36fFOyT69reqjiM2zQdyWG/UmiIQ91j+/IF9zOIphjYZzx/YxywxmGcPBmNW48DefsTvcqnekIWfc/wOovvB+sEgHj0lPxMWv0b9k4oYuD6W"
        "OYlL7CzTr5q1W9Xiz98r1sqlirDjebiOaaWj2Vjh+dgfzDUitr/98Je08Hxk3U1Rd+xQtcuWkn0Fx1ihq8HjpStXJKoVCnkRt68DZTC3jbcv"
        "UYZ1956PGIdZ5i+HaozbV3JnPD2HBn1cLa5c+sUVtS7yZB9Iyrn+kpnLOFnZw0F5tJ/LyzIJbf+MGTdVmdfCbLteX6a/Hqr5cl3JJcLkljlD"
        "cxz7LSWTChvLyhzoeZb5z6G93YpcFEQOVR6nbW37HuPn/cF4c8RuztW/fZXThYAcxuT625dkdMVYNK1r+NwPH8ek/MUrlCC1Dr3vh/ctIVfi"
        "+tf9Qd/qBWTRhubFK9qGhLTB648f0zB+HC0v4lrKksyry9KuDpN+y/X0ZmD9mORfakWdlJopliAzVqq1xEx/fDVr8DndZmb02s4LrJ2MD7Yn"
        "qd9ewF4K5DIWUib4vXVn4MeF2aAfbwz7EU/IuKT7C9lXmfe0J0nmeD3Jg/pPQ+yP6Top8CbdFgm+u+CzB7Z7gf5KgbgS8OadATwD5bOAZyGu"
        "ecDzoL8AeAH8uQH4DdDfgrzdBfm7UN8GxKcN8m3Q/wD0b4H8Fsh3Ae9C3PYBN3zOxM+BeDoQT8DzgC8CbnjjfxXwKuBrgK8B3ga8DfgW4Ftg"
        "XxfwLuDbgNt4U98u4LugzyTO5NuFDm14Iz8HuI03/SwdG26vF0De8KbbZwDPQP05wHOAXwPcxhv7FgFfBLwAuOHTpv8AbuONfBvw4/L9/ga4"
        "4U2+u4B3Ib89wHtQfgfytRsb7p9pmCwMb+J1AfgMyBvefM4CbnhjzzXADW/ayyLgi1B/IQ7jJdRfhfJVqH8NcMObfGyAvjbwmyC/BfoMb+ad"
        "LuBd8KcH/myDvOFNvtwE9OfEsH/pxNH5OwtnKxQyz0/40Xz8lPU5Y/IvS1/shPYnTikesVOK94vG70XzFyU/1S8X1++Y/IX9se/3PC+R3pMz"
        "zlW1XMrlArP+VVhGDdkTXK8vLYfbPcBXRq7zW3f+9Jkhwf8Z/BqXpzHx3/16QEEb4xZ/Tvu7weI0un4nIg+tVmvoO8p9aimPuQvH96+a8yOC"
        "fTnB+ZKdj/VpVHtxHCcyXid9nCDpemjn+u9vOUffuG/9Ixgclc8j7d8J7yeOZZ9sYpcZ87H5ftz99GC9PHo/7Yy5nybL+ObCdxfiYdtvuxH7"
        "bVM+DXga5pcLYE8G9GcBzwGfB/4alF+E+m28B/txo68KfAv02/bnyBt/1wBfg/o3AN+AuNn260Z/B/AO4Lb9fH+9CngP8G3AtwF/CPhDwHcg"
        "nruA284TxuXdiIWDwV0YTzzg50A+DfpsfH9/BfhJ+f5+G+zLQn05KG/j3YjzlyjeizifQb7fvwA/Lp+IOO8x+u8CfhfiZTsPMvH4EuQ3QP8m"
        "lN8E+x4Abzs/Mp87gHfAHtv5ktHfA7wH5behvofO8Hy5A+V3oLztPKrfX0G/7XzK2OvBwtmD85vjnk9RBO9FnE95lvMpM+eMu986Lj/um8bE"
        "/9e8E7HeOC19x1lrvgx9J41/7CW1H/o/4cdtD3HLW+2ZZc/NveheRDwrFvy4++Gw/ewo++MR+ync/7XGiKFtv7USsS8c1c7iJ+wfZh/n2PZx"
        "ln2bLR+4P4vad/nqf8FynFf/g3XlzZekno0KNLjLJ3Sn9YFvZnb4nLX65vD34Hwh7FjU3x/A/mdyZ3JyZ3JyZ3JyZ3JyZ3JyZ3JyZ3JyZ3Jy"
        "Z3JyZ3JyZ/Loncn2rF7HXfwvcXuthw=="
    ),
    "rich-stream.arrow": (
        "eNrtWT1sW1UUvs920tc0pY9iSpA6eIhQBgRuGiKrilRTivAQiagqkAHR/DmqqeMY+7l1oUOEMmTo0CFDhBDK0CFCDB0YMjB4YPDA4AllYOjQ"
        "IUOGDKVJm5/Hufe+a798edfPTlMhJCydvHfe991zzzn3/8ZxHCd1ijGL8V8X62adrIOZ9EY/I8Ii9Ii8cBz+fIdknYCHJDZJiiRKsn6SsQrJ"
        "EkmeJEVynuSJydgyiU0yTBIleXKCsRWSMRJGcq+Tsd86qBzJI6pkgWSMJEGyFiacZISkl6QaInskUZJ5g7FNMnGV+0dS+dtxyOE3eBw97jf+"
        "IyrLTnC90/12lnCTtBMUK487Sl9EsGei9HeRhNxkUbc8L1MqZaaUraT7bW3LcVQ9PFfjhcLsnfckk5f98Nq1T7+4lC7b6VwxM5u7lBufSXMb"
        "1rbjWB7/mOsv8mfS9vjUuD3O8Z+fyTIPn4kYX+P8864N7tMwSS8JpYhNlXJs4Lng1XERHckTWb7DcuOLeLALJDcpJnNLcEJ+nDjJtrDBDJ6H"
        "gS1/f1IkMfed3GFXd2X/8fqS32ruy1PCFwN8md9q+FKR3HPoyxCTfZvnppBOs2HK/4anbm9foa7Ibo9nS+ki9VniXd8V9kX95z083j8KpdyN"
        "dG6qyPXubekHjzkl3g0TfRZtMzjA/iA8KzlvRz31G66for/epviJs7jdiN/rJ39m7PQMf19w6+Y+/S75p/zqnpnKsduiX4TYhuSd9fWxVGA/"
        "CR5hsh+9qfUzy9iPxBl6Huxn/HnDz6zkW2g36vowXcwKH3gdSy3Yvu/a5pyq5L+FsXFbE5TXYZrLNiSnx49TJE6eONYLwTH8cpQrZdki4QOS"
        "0x319A8VB+9LuXTRTtN8UCHemOSe9uN6Y9kg3n2PXcw7f9q83I7j/Cp54Wa5+XpHtrnlmfX4nCfne6OD15Fwx6sq38HbaCozaYu+bgrEdPHt"
        "F42+vkS2E8K+8bqfr6LfjedZhTjLjih3usdTF8/3qJsDvhykc3YhQ4Nvk/gPdvzbvUONUT7+dxq+8JhMYUfO6pZL92u/W+m7jI/tp7KOQz4N"
        "edqwaBdKPBHzxO/d1c9ZtMSwFcJTu/o5i0/mid3GnGXv6vsPf89mirYovEf52w0eB4u7jXzUJL/LL3928UaOT1xfijYJC+w0ycelwmw+/f6V"
        "dCGbyXE/9vxtdEobJXuS1mOnsdbw3H52/SM2vNe07hKvO7Qv+2VZck/iHMtt2TRfmmJHInsh5/O8/eIpg21rX+xncbJd22syDxPn+305x21L"
        "3gnLXUO9MU6lJ/s/GJT7IkuMgW6x1vertYwaK7HfKI/+U3lRJuL636XmTVnmjJ9v08UJ9sO+XC8XJS/ix5ugFuqh3K9KTtRvLstSooeI89e+"
        "vt/ythjjbSjbsVPXt+cJ73Ua880hv6mt/nRkmw57eJiT6Yv9Irt8Lup0a7jn+M9jgn9hkEWY3Ic+dPzHFudlqP5FpzG2ah4u+lC6MOj6EBE+"
        "WPX5oxPmj8PleV4zCSba1SS26abJffI0Oiue/WM3vckddbewzEIRpuZKuZfoqs+vag/e4/aZLndvZ3n2TioG3a/bfVoef5mnLUM+Zbzfy3cb"
        "cfSd8sZx7mAc4YjIS6y+kX2NdMuNpJs02k/SpP6uj/8ht07meTK3LzL4bkLMFvhuecYr8+SVga6eccDjUD4BeALymgI8BfbHAB+DeG4CfhPs"
        "l6Hd5oA/B/UtQX6Wgb8M9h+B/VXgrwK/CngV8rYNuNKTKn8G5NOAfAKeAnwUcKWr+POA5wFfAHwB8GXAlwFfBXwV/KsCXgV8DXCdrurbBHwT"
        "7KmGU+1twoBWuuL3AK7T1TiLhQ721z7gK10N+zjgcag/CXgS8BHAdbrybxTwUcDHAFd6TI0fwHW64i8D3qpeH2+AK121dxXwKrRvDfAalF+H"
        "9toMHRyfMVgslK7y1Qd6HPhKV58TgCtd+TMCuNJVfxkFfBTqHwvDfAn156F8HupfAFzpqj2WwN4y6CvAXwV7SlfrThXwKsRTg3jWgK901V5m"
        "BMZz5GB8scjh9TsBdyvMZ53/X2+uh4/ZntGm/qrshY7of+SY8hE6pny/bP5etv2C+B31cmH3GRJvOB7rcQ/RFumKWHEuy+1SMulZ9S/DNuqA"
        "P979+viEv98NfLLpPr9899s7Srj+HcTVrs7axD//pCFeH8OaeI77u8LCrHn9RkA7lMvlA9+Rd0tTHtvOH9++rO6PGJzLGdwv6fVQXZr1F8Mw"
        "AvN11J/hFbcetj791axx+Inn1m/A4aD2PNT/Df9xYmjOySp38TZ/uthbPU839svNz9NGm+dpppnfTPhuQj50520z4LytyscAj8H60gf+xMF+"
        "AvAk6CnQR6D8KNSv0y04jyt7edDLYF93PkddxbsA+ALUvwT4EuRNd15X9iuAVwDXnefr+1XAa4CvAb4G+GPAHwO+DvncBFx3n9CubgZsHBRu"
        "wnxigd4D/BjY0+n18xXgR9Xr523wLwH1JaG8TjcD7l+CdCvgfgb1+vgCvFU9EnDfo+zPAT4H+dLdB6l8PAD+EthfgfIr4N8j0HX3R+pzBfAK"
        "+KO7X1L2a4DXoPwa1PfYOLherkP5dSivu4+qj1ewr7ufUv5asHG24P6m1fspFqBbAfdTluZ+Sq057Z63WtXbfbI28X9bNwL2G8dlr5W95quw"
        "d9T8h15R/2H/Eb3d/hDWPOWZWYzc5MueRfhvUoO3eh72O8828z8ccJ7C81+5jRzqzluTAefCZv0sfMTxoc5xhu4cpzm36doDz2dB5y5H/i+Y"
        "/QOJ7bEz"
    ),
    "dictionary-stream.arrow": (
        "eNrVUTsOwjAMfWndNkIZMlSoAwMHYeAAXILPYRg5BofgbsF20h9qUZG64Mp1bb+XPLshhPAA4CG2gUOJApa/2AyBOLwYI9Gw14ptGFGiYrTn"
        "SuSaQnpH9h07IZpwbuyWH6nK22nu2CvNBbbXLnU8vjI8031QTp2UOeUjI+01qR8Vx/PbWRpGUuqcUj1DbznmzaXoUxzyzEc+VT9f+jnuozm2"
        "4zly0hlsd8pY92FCd/ZFt12o89/3e/1xv36l/bqFOg3W/f9moT6a0TGstbokvgGTnS1u"
    ),
    "empty.arrow": (
        "eNrtl79v00AUx5/zwzFVKoyUIUgdOmREgqYlypCBgpAYKiFVRTAgkV+uZEhDFdsIpE6oAwNDhwwVEwMDAyMDY4cOjJmY+idk6MBQUSfH990d"
        "2HIcZoY4+uqc3Of98HvnO2Vze/vh4zUigevEJLKJryUqkkl5snCHy8hRDsO7qRA8Xoe6YFeh8zzRKXQEdaEGVILGAE+hY6gJrUDnWaLv0BHU"
        "hCrQWYboALowiOrQGL5vQBzH/iUEghucU0n/xhfMqB/0aIj5DcUUeX5FM4bmTeYcz3e6RCfgmopdTmP53vWdPfY/Bvc+5rccY209+mx3KcRX"
        "xWXtGEcJf88vmcnAtoyKmlRAdW1EVbU28hyjDq3G7FFC6nXdDsex8OEZS89fyJhkMH8M33Xp37iWlivXaq+1TydgPgppt1yOxULp6YmuQQFy"
        "+v7AdTw6B3+k/GaSz8a5vWr1Agfj4WWUCz+TJf0U5Tdb42n9e+G8oZ1QiJ8qxkxOjVgPPX8QcCEOwVdCyc/45OdtQ58x/yCM8k4yLa51qHK+"
        "w30M568fvu+5ni+NJ6hfmF6PeK+HYVSPkeKX0urne8/6HsansidZObcM3Q8GL/edm3edQc/tcx6TdB+m8hH4HSLVV0POcW0f7dyjrck/Ywcc"
        "OzNV6/K1Yq/YsRr86ZNf20BPeTdQq5B5rtuXmE2yt/56lW7B90gxVhrTBfNWxsd6VlyBuUriGbtOp3q7pvYkW74DRbknVfU64WbVp5F9Mn/Y"
        "S5uczn9J2/WUzdW03Ha9Nn3Qe91Qcbk0ro0OlVH7b4opJRkZB4VugDmbzl+33Ism91D10Zy3tg8xXxHRfjOTN3r1Q6iebsW4ZE1216uyurwX"
        "mTrCgUjfxyS/VqMcqTPgk0h/t5hzEX8oondrFGOTOQRrNZ1DTuZg/90/zMT+MWvPdXXrJPtqgbZ0mXgUKr60LcKfKSlbemQPJfl75IsW59ri"
        "XFuca4tzbXGuLc61//hcG8HZpvyv9hu32Ejp"
    ),
    "empty-stream.arrow": (
        "eNp9lbtv01AUxo/zcEyUCCNlCFKHDhmRoGmJMmRAICSGjkViQCIvVzKkoYrtCqROKAMDQ4YMFRMDAwMjA2OGDoyZmPonZMjAUBEnl+/ceyGW"
        "4+Dqk93e33n4O9e3QggxMYls4itPBTIpSxaecBkZyuD2fiUE329DXbC70DxLdAmNoC7UgErQDOAldAE1oR1onib6AY2gJlSBrlJE59C1QVSH"
        "Zsh9B+I69m8hUNzgnkr6b3whjPpBj8ZYP1BMgdd3NGNo3mTO8XynSzQB11RsMYnlZ9d3Tjj/DNyHSN5yhLX13ee4hRDfFJe2IxzF8r1cMJNC"
        "bBmOmpSDuzaqKq+NLNeoQ7uReFhIva7b4ToWfnjF0uvXsiYZzF8gd13mN24l9cpenbROaQLmk5BxxXKkFqynZ9qDHOT0/YHreDQHP1J5U/F3"
        "497OWr3AwX24WPfC72TJPAX5m63xpPm9ct7SUSjEL1Vjo6dGZIaePwjYiCH4Sij5jZz8vm3oC9afhOu+40yLvQ5Vzw94juH2/cPPPdfzZfAS"
        "/oXJfkRnPQ7XfkwVn0/yz/de9D3cn8uZpOVaEXocDF6fOncfOoOe2+c+lsk5TJUj8DtEaq6GXGNvnx49osPlf2sHXDu1UvvyjWJv2BEP/s7J"
        "rx1gpnwaqF3IPPv2NRITn62/X6V7yD1VjJXEdMG8k/WxnxWXY64Se8eu06ner6kzyZbfQEGeSVW9T3hY9dU6Pt4/4mVMRvef13E9FXMzqbdj"
        "r00f9Vk3VlwmiWtjQmV4/10xpTgj68DoBpir1fZ9y7No8gzVHM1te3uI9YpYnzcbfWNWP4Wa6WGEi3tyvF+V7vJZZOoK5yL5HJP8Xo0ypP4H"
        "fBbJ3xZzLuqPxfrbmkbYeA/BXk33kJE92P/ODzN2fmzGs69uneRcLdCWtonvQtWnPyHNJow="
    ),
    "datasets.arrow": (
        "eNqNU71KA0EQnksu5tBTrhBJYXEslhainZVgE8HCSgQR3ZhNcpBcgreBiAg+iIWlpY+R0tLS2srSynV2bi+uq0kcmN35+WZmb2ZOKaWeSgAR"
        "aFqEFViACgQoIXn+xB7i6Rv7hqdldCNre4Cn9gUof0Due0O+YUna6rPd+Ia1BJfDK5GRkvR4W5B0Lq8HWmIHZLrdjJkUI0m+ZuHL5FWSthn6"
        "JvBj3h3m8C5viC7hU96j/KcsFYQe9DN2Zkftd3mWHVKADk2amf22n0WTVO5sT6k5MR0mmWS3SABL+L2dYbuNL23xS0E9GCPfI1+Ynrx/KoVd"
        "C1dRrsF3D3WPy8j4IHhFTE0RrhRZODB3IkVPy8+EAS/Go27hYwtfQab+mBkFUKUZ6bg9PO7yuMpfdfQYtDxAzGOOW65Z+XFl4Ah51dShmeL9"
        "gNiXGXkHXHa0PEZMhNEB7luVtigyu+b5+l53vqNxLUVGNp/sGK7GXl4faA/XzOaGlA3KPtUeQUGLqIeTHV738r6X4Jsi+D+FTkyRp2Zuz9yx"
        "g99y8kzTC/yek7/u4OvOO04c/4mTr+P4O45fU9XpC8zQS3P80/TyHz31LNxoNH8GNp43fvtsuezEFLrK/yP4AuG+nVY="
    ),
    "legacy.arrow": (
        "eNrNUzsOwjAMfU1TqKoMGSqUgQMwgoSY6QlALMywIbFxJQ7AQRgYOQK3KI5xRAjfEUuO4xe/OC9Nm8VithwBewAW3ioYdFCgpBlZpikHZSWN"
        "WkZAkU9lfm7blgoLz3eCMZV8x7lmzKImfgdd3tFKv0z52I94OflmMqZaQ97lnr7Q9zuS11Jn0JOTGt4Rueb+QwSrKDd8aq9lKxoV7lbgvbkk"
        "priROJAY76uSHC/ycEfxWp6sBXy1vsVf9Lsv+rMf9ZdJDDyb4O4FVyV9Yn6M5x/6W9ZYk0av0Mp9a8yjt+f7HKT+JDF8/0P2iLsnff/xpi/k"
        "Df+HVzB4HTY="
    ),
    "lz4-stream.arrow": (
        "eNqlVDtOw0AQnbXXsYVcWEBhRCSi0CCqFAilTElD7zJ8mkh0UJjO4gSUKSg4AiVHoeAgdMub9SbxjuzEiIkmz+P5v1FijDE/RJQRyx6lNKCI"
        "EjxBlCYN+EAMYwh9g86hhzYnR+SAYmRleFPXUBH7ptARVFMtEfThfnH3BEzwYU/i/EvU50SO/8bzl7VVxPXyRg0FfbR2PRf3XPVny/UPGIeN"
        "PJ57cXmB2BQa274cOMMXWplPtw9Lio41A6mtSoG2M1zRRprzZzZnCNTrnML155pBI281d0jdcurwzOFRw6dEvXpeV3t8nc9nLzCr1tDAj4NZ"
        "lc8NP/OQqC08hNru9O719vde7tg73rL3ucOJeD8RvBSCl1LElyJ+dX/J2y479/k6wONYgdb9IKbXlgv+4w43t/3qeNL3XmXPe6k/3uvE4Ujw"
        "NRX+QuR12cfiXnJh1YGb36THG8wqbMt3fuV4bcvz6mrfr6Xf1P9d9AsGvE9G"
    ),
    "v4.arrow": (
        "eNq1kjEOgkAQRf+wCBuyBQUxFB5CE2NlIb2JCY1n8AYewdLjeDv9O4wRNibS+JPZmV1m/7wAXd+fzhvgSV0B1IiqEFBgAc+KEsc9uPNcc1t5"
        "zGj0TsOzAqV21eYhWcwr641yjMtuy97AKNUnNh4wzL+ZX1TA0giCusI5tEwt3qpYB6WJjHtjz/DRuE7Vjmr50iuJh7M8l9P/4JSZnD5hkuT5"
        "mAvmHUhXKFE9MHH60WbnNu9m9+7J+1jL9NxPWP73/R+MTv/FF3J/H34="
    ),
    "zstd.arrow": (
        "eNrNVL1OwzAQ/uw4aUAeAnQIEqAOILEhJIQYm40N1IWOKRszL8DLIPECSDwKY8e+BCqfr5fUJFQCJk46fz77ux+f41STyc3dObCkvAAoEGQb"
        "HhlS5JxRjKMNWjlHpyNgqWOdv9OfxDT4l7omrtRHsZ2sFRjSP8NAIhaaz9iAB5FfQn24vCDXUweSMxDHuh/qnROHantmXVXsJTISJ/FqrMXj"
        "iPlcy3miHmu9FrFkkjPTnCk2y4niaWe9sQ8VrxX3Io7t5e3bZRPv9exjVD7zQIacpGXXc1MbOVvE87N18+3XuLJvd4DZ/a/6OP1hH80f+7iv"
        "OFLcVbzq7E+/8bW9vGu7wTw+f16hbWGHJ/tmq13v+XVkKd/96t14djGTrhR6Hw630RsJdb6p30Kx7lz8YsM5/8vbC/VV8s/4BIh6QN8="
    ),
    "feather-2.feather": (
        "eNrNU7tOxDAQHDtOckIurLsUQaK6BkQFEkKUuY4GIV1DC3R0SDSUEV+Qz+AT+AzKlPzJMd5s7nxB9LfSejyb2UfsZLVe3z9cAhvaJ4CAaEfw"
        "KJBjxh3NOHKQzbg6XQFLb3TfM5/CPObXGpNU+ptwJ7GAivkFSqkYtJ+xEU+SvIz+cn1FraeX0jMKG30e5+2JlXLPrsPEXiojc1Kvw848I0Hm"
        "HzTv2rPSfqONs+b4384VLxRrxVvFU8VXxeMk1076IeFmUs8t7+rH5mPB7dLw6dyWfKfszzxmX0/aiijsx0nbUW7VtzMlOtL26Tmpv5H7Hep5"
        "nlghpxiGs+Zp3XA90/uLxb8070exm8x7KN/SN30l/8AvV2swWQ=="
    ),
    "feather-1.feather": (
        "eNpzc3U0ZAACRgYIYILSzGg0TA0TFCcmQcREoHI8YBYPAwsDB5BkYBCAqmNGMjcBiFmAeMP///85gLQM1MxisHodBnYgzQFkSTAogPUDAbcC"
        "mjtg7lRAchcH1F4OMBtiLkh9ppkJ0BwFuLkMQJOh5rJwoJkrAaUvALEbMEwA+HALZg=="
    ),
}


def sample(name: str) -> bytes:
    """The bytes of one of the files above."""
    return zlib.decompress(base64.b64decode(_SAMPLES[name]))


def samples(extension: str) -> list[str]:
    """The names of the files with this extension."""
    return [name for name in _SAMPLES if name.endswith(extension)]
