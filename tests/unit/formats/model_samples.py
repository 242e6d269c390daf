"""Small files as the real programs write them: PyTorch 2.13, scikit-learn 1.9 with joblib 1.6, Keras 3.15, h5py 3.16,
NumPy 2.4 and XGBoost. They are compressed here, and nothing that they hold is ever unpickled.
"""

from __future__ import annotations

import base64
import zlib


def unpacked(text: str) -> bytes:
    """The file."""
    return zlib.decompress(base64.b85decode(text.replace("\n", "")))


# torch.save of an OrderedDict: w float32[2,3], n int64[], h bfloat16[3], f8 float8_e4m3fn[5].
STATE = unpacked("""
c-o~_+i%if6#t-5Sl!LJO{Vki9C%^0<*LqUV;Ym1I5A7mmxe*P#E$O3$CmlD#IWd#i7^_V{5SO7SEJdxJ{X^TGX4klYoTk)#)2Hue1V+bh0}9RyDU*Yg
n~iT6{BbpHE<p)3&lLnN7tXKqA-r0xMJH|C}^sx6mV6mHJAtWqEc6icdG@=0E%S66V7>bvQ6+7uvRZrqH+^g)dnNimDOfdEy`G_HMF|C!7)IE!?}Q-+|
V=gWd(dDgb`IOj~|&oGT=7|V?gI9{Vc3EAt2Ehf)6Dmc_nHGh9pYz>;Ut!LJS<iFr0-E15|_2iY`*=5Z~8oWs7&rNMT{T5|BI?j_Q1oh{-X5;aC<Xjf4
tJIXDEv9h<axrj0ZXj_W)Wh7j>ZwO~f_wBUrvcM`*F7Ea~7dSWRJrw=I&&%l{I#b~=c%t{S!tt&-K_^ct!!#Q2pkKsHK_P5{y5x!^&&$UgLi08Dd#Mk&
zje$!T=CcrPMwg{PaOK;p`L8+?xt0&?jw!Uz?v7|ltFPs;yrI+^dJl-gm98e~5iF7X_~-j`;+<RvONLOUBiSy2oL8&m+L}_sqLAoEbuW@}Vqj?#ev_Nw
?P*{P-Dw+G-NK4ST3r+t|4+9QY87KuAs$+bzh-D%h3@HL7~Qr_<w8spZVqGsq3xypF5+lz;zuN86u!5ksNE4O3YYtE<ZH7Ky*Im+pF|*dh~6!`9w!Rd2
dKdI68RAIFE?I%?z{f{p!H9aAo7okLz{kGz~57T#FDqhZ7_YFA>z9q$}5NW|164k2GIEP4W(YyC-7OG?0&gg6opvdUf5VFl}>UgE|bb+(up{m<PtHKPo
*;~o8seaI?lyo$xMQ{oPm3P!@7^K;nG9QT0ZStYqZO`^Eu|m+SkvN19#es_TO@D3i|>HIVfK5QFLuBH;a7*j5$~)DCAx}Zm@k?haKQ|6mskgH_|?LPGs
2UK(cP6eP*1<_f90|M%vrmiJbO3kh~jd@6{0p@~wqD;4ax4Xx3R@8ue`LWr?P*cAA2^X5kpusd>%w6Wv*BG<l;z^F!u$^9kptO$=k?o4Nl0jjS7~
""")
# torch.save of {"epoch", "state_dict", "optimizer"} of a Linear(2, 1) after one step of SGD with momentum.
CHECKPOINT = unpacked("""
c-oy+OOM-B6ux;(lDehSc~IIZQy88e+R4Ouhjto>P`a>Grm2ujrOI;bJF#0Q&atnjv{Ix>&`PrcBvc6`Dpg_!J0w~bzy`6QU9hOSVS&U735mbJy>>d-&
dh}7O3sb#^PTTI=bm%CE+&!)Win`F&7o<e>R7$fw~QWH)fA#+`&Z0nV?Vn1-?|YW0OF-73c!6!)gdM(B#z!WL?Kw#43$7!RV~xRDlx2{!@X;3*v8sB^b
H4z<rXA)DMbNSvC+{9OsT}ORXr=a#4sIBwsG4vOid=Z=UBG9ndczI^HSQQuxzD+A?-uBrfDhUg8z_%j1;3bIoKy9=&tr%;KVqA{pUp_#>Dt7I3UKw*e!
TwOJ^z$5}0nmA&F)KwGG9A8J+UzY2EiDz^u-RF#>ZQ{wB<`pJ#pSVFJ&!;D|ebqtZTVEO#+cSi)ezdw)z~35Dkeu;>Zj#I{3o0msFd<2Y>(WA%yAHLhb
DUKqfOen!0<!qNa<;zcxom!)a?uxoX3kGNgA?QU#P^H)MT^YE(f#rfKHoUi+F^1jw(0&le7gd@fVa8eJ03$Wq`nH>hX%6@V_P#}<RLBVmQ1Jtyy*h*LK
*p}OOpm+&N11R%SoW3z_sGO~T|2bP<NST0QsGhC={eZ29UdWo#?c<)&>p)FJo>#vHWDTpzHF%RgWbht#2)3<FIJM=wQ$FxA1*f;XY;IUKR%qp|os$kSu
LesCB{Y<_iQ&wam&y&-!5Y-hd8Ouwci^o{@HWo^#jfJI*>y3UdEEcw&aX5IcCGK)8VhJ8*cw@?psNshc&yFFa<D`8UIJsi_s{Pivi!4ach*Hz46zQ&Us
g<`(_<NKHgf-;c(}?%CZK*5{$ghr-&4RmIvo_yzDBUcnz`AiJ~i)?Wg3K-m}$7V_UBP{IH^4~%%D@zskEAFHY$?}kiUBTgOT|73{&v!cRzl_C^KUe)J7
Bt%|>Z51>)`OPmKG5diZBHdXi(f*G9PW%|>nF^j}2iMx9+u!zbrck0y)1Fme1(xG!J6`_1_HXTue^-EfoFUx8!nzuoD)H@^Ot&}ygwz0e(O8?*zjE9~n
g8(On*;%USPxk{y4&R6oaO08Bc6@_xXl&jF2s!$YarDCBd<ZFdenW=QY{Q4K3>fk+<F(!6fXK--MjVRyYJ05iqoIwjA@UaBiW7<Xi1V_nY$j_${KO^%i
>MA%9=EHT6L_1ERsE1%j&xAbOPNLB{5`_nwG7LX5H3}D^@L)fM;h*gQ&qv|GmWZ&YM&X4hJXq7SVfHY5mxBye+fq3DX*9kM*2Prn<PdN?v9b;3BKzIAz
u!;$JH>hb-X9wH-^8hukKsIf-}Yaeu!x8
""")
# torch.save of the same state dictionary with _use_new_zipfile_serialization=False.
LEGACY = unpacked("""
c-n1Iv2N5r5VhC7JF+1mArKO1Qaa5koG!;*Lxs|;NW#%<gH}F!bzWq=H{NlgAf1$kh|r`<MM=R=AU=a{;1iH282b{5B3q1h-^_b&X6KxJ;rZXM2Y+_ne
?Q*tp0n4#1B!F-BDv;y-mJ7}6Pv3OT{>e6@TowqP$oBsxmLPJO<Vx`EIEOAHq*+PkJ>>nhcJ>Y0$pZHgqC13pqD8S+9H%;tznBPbVOKH<e897t`j5|$B
)WXmpXlA66E0Rj=_&)n;56sOfv+Qpe>WEt12|P<Eqq?%H*j+T{v5+lOBg4ie#sDr^<M$AzV=SL2hGwy8t<~<SNyS`lG$!aIn`KJ|Fh_&~6${W)=0u4iW
CX5uWe`yMQIZgnt42GOK%9Mz}wQm1dNQi5;wF<eG)q|El{hM!i9QG=K+LNBE?+)~J1g^*TIUC~Y7-8pGpi4x4g`sOp2pIE^ueCry4!66nG99G*5q-EQN
V@SSrL`n`Ac#_n+S?;4QluJ0|5xbFUBH+S{z*AEk1z5EB)OpkB
""")
# torch.save of a module: an Embedding(3, 2) whose weight is also that of a Linear(2, 3), a buffer b of 2,
# a buffer tmp of 7 that is not persistent, and a tensor of 11 that is neither.
MODULE = unpacked("""
c-pO3+jA3D7~du|Nw>7+S}9QQ2BuolT-u}+doe%|7efgkD~RhR+2pL<?B?4&OItJwG6Bjs4$qFG5B>`}&iF6*#5jr%zVYOfuR7y{=j_?EyGbttxHCIx&
iO9C^ZS0^chY$wxQ*i?5w7DI;C6F0qik!+SXst$tiGV-vIE=||8p}?B1Vd4@fTI4%mX)a3%VK*h>A2MHf2>;^(qAKiM`~zRF_S;reMXiU|R#a9V4k|S1
NQR)PQhQ3{t;Z9U>)cm?adGY^;*-lBpDJRVzza(JjN2t|xiuiAKdRF}H}NTvdQ)E__ZiWPE`w^3W@G5t}${cS4uyHuMQ$4E^T?P6#()K<H}1j+Ii$&@`
olRYSM<b7omFmGViogn8IGQh;3;b{Ale6R8M$5y^~r#3CnP5cLTG4A0SsfhO#u5r<X~b=;5PKmiWg;sJV6-O!~vIjU-rQ{dLYB}>6DT#_VuK&<ML#FG^
s4qb!8C?YrE`2xHk?slk>OACv#S(fUiA|b<Au;4`}&r9NfZ=dbG?Cc#82kD+_Nfleu{5EhjFZR>jieY*jUvV6x;{J{;X;H;Uq5-NFj5ubmiU&K*WNlGi
wxp6wSS`bAj^U`d%WJrHhGWilOgyyiwlC$FV;UECQd0}dSdq%4Om3irvzrw6w(YK^N;wwe>|{hI<@L=b9J4elTZfrpwGw6=yGbTw)-D!IHQ@EAqYVX)y
E4}Gn7bXbNEcWNf2vkg%4O0WJiI}=X1W10Q53v~NMp>3A>zEKs8xhvZi7Zx?Ij-G^a(NvSt7^~h7(kfK_PGlP6`2`>kgb^qRe49U4XalIbY7)g|`bJSc
tUWSu~7@>fUKWz5wSClh!<9GCGfr<`EM{0kO(oK&-GA5v$-O#LDw7VuiSj7~LXbe7=VmUsn*J=&B<;-L6SWiwO(f7lL9RC9btZ7_Y%KA>ho9y3E$p@)C
TIcSx_vOQfyL8c2DuhsGm+OL)1iz=x;j+)?Jp&LUD&q^e0uSzMMXrUD?ZI6Sj@Kyk$`I{X<>>MWY3>WXagXW0joNyU@~R9Y3QM$sG+#BFpwsImnpZ&N~
5M(9UPSSWzz5?XT!)z=6$Tte$Eq2Ll~x`bLTq1YwVb_u=i61qqUU2-@g^P{53*fxm}mkDp%>4|K-ws=Db+C^LJrYtX!2@N0n)RTfwh<bW4G^l!doA4<e
XP+_U+{AFJ0H52%*t`&qJo?Ih@DGVY-}wzMl0oi7>mrGf-mb}5x=v@Hq35!*?f1!(J_(BB$G`r#O`+3wV;n==<SGvL#voHlt?D&0i*woWr-G6mrvPRb;
m-g`5!e*K4sNampty_`gI+SZ>>JNSfu>@tDHKC<`tcA|b7)fxecY_~Rv(M!vd5nV0LR^&-RPyLa`MjwdOIB40@a8QRU(%?!aY%bn(M*&(62OjWQ$zWzF
f&%cIxRFSh@exOyb*~nS3-l^TQWk&rEk;o*8~rb?|)o%i)E6B;&p<@Er5uN#(L5-2cM=diA*bedYcr$vV0zrhbCi#kAV0d)5V&;%U@}-&8Mct^Z*zwc3
ErQ7y$(NeAAL>8~y_)N|RfC#^&xp2<w6lbPgHW@>73Vmy&fPQ=p_6UlUHYBCc~CsV0-Jf4}PC~rUh?rN0ah&m{{DA-k;-cdHtfxPW^aJ#d2{tWsY&xE)
QW?y>@?+6+4#dzq6(J{B$!+58_4quo;nCqB6?cUyQ?els67UukOqutfpe12Cg;&)B7yL$V?@A`Y2YqH(dD`&qe>hZg#+FiYx?f1F<yXLw<vAjwe_Or}$
n`?Yt2!%#n<3qt?tB!oz=W>93{_QRhKl-l@2ktT1UDq9AKD=YkZ2tqL7=-)
""")
# torch.jit.save of a scripted Linear(2, 1), written again without its debug files.
SCRIPT = unpacked("""
c-obeTWkzr6vt<GwzpB*M7u~)>cO@TbJ;Cz-I5CRFz9NDC1K3Yj@{8QvorHe>srND8@IT<pzaSYjR;W^MS}=wQc1-vQcXn!Q9_hAmv45|*ijLaoP1|y&
hLER{PUmVr%_iHVqRmBd*ubIQekGqU>Kqx@vKUOSilnGsN$ryN6~H9{RxQk!qXitn7IZ(sOEy{(-O-wPrn*o;y@51G7`)2Xq8y!<QN9XDi>iGJig+Rgs
+rCy2xv|S&Yp#7X``RxZV>;hFxlSAshjUgEJ9E2ZE?!jLHXfK@2f~mo!;rs=b)v^mqa(kkDWy8|D?%M6fbZW<jO-5K~+Mcsztuk^(4Pxu~ur(@ro?Nud
!B?SQF=cG3>e$Z@hL@*EIkNyEz35U=u~83G3|B{jbSR48cyLzbYxY6=#CTSw4{*_u)YMUr8Mc}jY`B`~5fVp4+xhW<ch1xb*?%8<r@8{RX5#w^!GkqNR
~RSm0#n20P_DH(J1ppuFAtDG8F`Q?pw<Oi4?fqRjb%A6eHiC_8>@s*Gy;-|iZS%ybf>;6{h7Mb4lDLXbkCz^Ee#75Bjpt{}d+9Xz<&#d=)(n`Ny-`DG2
GHLhK$)j`k7Ew1_#}#(f#!A-qZb9oFHM82C*vOVG<C+epTzR|az~}>=`#m2kbneoZh4YWjNkN--1(%g>{U#rJQmle(G5yA{oM9~;-ETW*Uv7B5h#1=y`
<@;<c`keAQ1!lhPW$%T?>csW49|L#xA{nYO&{?!uW!3s><M<4^;PeBR@ozTE`E5b@xis)F$GNS@k?!e_m}iOZmQk+y625v-q8MjR_?Jt^Vu^quB~sNmz
I_-+Pf^LwPQu|hPIr~E$1e$LlZr^l1N+FZ|SVx)sr;9N<cG>nvW+^orl8<oG>$Dh(%TNss`=h!xF3Or@k0rIM;|wt2($E@Ur0}Q2;>X6B(lE_)ZVZj2L
Axc>G_}cvWCUVGV1Tkr6_a*H=W66AOJMRFRMJ6%|h;Cr}hgQ9d8#E%AEcYi}`p=cgUcEcEXqp#Q2fY@0X`?5KSdSg6lF80@HhELdpp&mm#K1H0XV?>he
9`}U*R-C%W3MhEtWy@TBuR);C5-6wX|?h}h$f&S?lJ8gH2MIT20;U7PpWb6qgPDO^plRJ#>M}7c~XQQ<
""")
# pickle.dump(state_dict, protocol=2) of the Linear.
PLAIN_PICKLE = unpacked("""
c-q~O%We}f6ox&QB-GH*Lb;S%%Wk?EwNVJkh860@;x=r&LDpo(WQ?ZcoUx~<NRhfp1Z>#Bh9wJl1SAmB<i)U)fP@4ufET`;^XvHh-#K-YMCLh9w2+0uk
IIynJiRXxjREaN-~_aZ5PHeQDAV93T9!!`vPz3wVOH{CCGwPMUMN|z;|>NdSZS0w;t|IzmvPFTm-2`WPc&B;{DdVk<%z<)uonysy5%5LpSty1oX@}29}
nkWcVE<>A8&^y_+b9Uv*!d*KsQV`<5FsA+GfYRRHkomtc0$cR4%m6Ipakt;sV_IHN_^XPsW@n@ro<(Cg2COVS*}?rG^G^sb^lI(9k44^=%PZjG#sQs<P
h(v}M&xJAjt<@S(A#pRPQDL)%6(=nnS#{oa13f6(uAVOcmCSKtx%p$7knE%yx2-^5NFx@fsr{b~N8{w}=w-92b7_~)?}#R0Tta3+GaDc}gs5=0#0&fpw
zi8F)sH<=w+Tf_MXHWogHB37`Oc|qo94ch*H5Z}2w==8dS-XDmae<1!XHi(@SVp6{k>mP6-Gej>&ur-BC5nQ%Jr*Oq?SC=%mHC&6}dNqL?bj^<Di0e3w
bqqHb`CHUhgPjTNE-d__b(=U!sbTmN8r=TQ
""")
# joblib.dump of a fitted LogisticRegression whose classes are objects.
JOBLIB = unpacked("""
c-oayOKTKC5Z*^Nvn(;h2!a};#0L>|Fc5qZSR{v_BOA=clQcauz1yQbJwtboaX}#-q6z7f)?Pe$(5wGI@)tabAc%+;@!~&-wX+YSLBTroRP|KV_kGpfY
a^X<sgRqU*7pRXO1dJF_$6@?GT{=Dv?6Vy0PN(=zPrL&ifJ7s5}w1E$M6Vdt&=iIg=vGWg)CJppoWEDi;J*S|ItUNiaDaFi4s^U^v#Zh85OW;%O(++di
dg(?^BEC?Y?GYNF)tY0ZR>R*!{zR=zt={7I;NF76_^}S!Gd+8)(=uMP-=8L>q+1cvL6iK2u;T!f&=T*lJ84kO(`07g`5@`H5!W6>M#ls=Q7aWHTzs-Ne
_}VO)|Xqb5Va$cKPew$&UIW3UG>OGLgavp8*&GzxHpVD~q=;Wedb`?jKKifF?*Rdwd)^~fo&0_(_-c5^YwRy3z65-P2upQsQ^xnnD#Y2z+GI`A;Fw0s#
hH=e=@%p#}aLufP_H+InS#j6|eZH)?%tdcmUDT+GMW0_+S9AQhwOd8_14b$LFWd2&E^K5V~2lHf?1c_p9oCy>4INC9Shnq-kR2G<=@?IHUVI3BWKJ?fX
yJ~p(|G017!C@6C-XI?s#%|}<fSM!o6C}V7^@hr)_%VLmD<aAaclZf@%9f(}-3SYRAQZ48KfA%tb!FFfhUQ@Z&hh}L5+tm-7se|;*#*?xC56xb1E!2SC
tpmy`u661eM?`TIqiPkzWV9I>zDHLcIUzXv-azr|6Sk0u<7{DZ}yICId3n0taqjd{U%8NSrfeM`IEJkIroY?2bu5w1bT0olm
""")
# joblib.dump of {"a": int64[2,3], "o": object[3], "s": record[3], "u": text[2], "end": a Counter}.
JOBLIB_ARRAYS = unpacked("""
c-o~?ON-P%5YB6uVRl_-SzqAA<E)3^3)zDpGB+C{2<k~fCu!|y=Rwkq8*pJg%s2ym5i9@6-{7AaJDtp!odx$`L8rQt`l`PAx^nK+zm3+;U@A=v^5|0*u
sCp2k>r)1$Khv2KpuL{@kLSK>Ro~JoD}dAj=w>J8kHgl87@nZ1C0VXOe5UHsvtQiDb5KX3)u^G%8E#Vr8!gkh*#<h9c^|h+KNwLwfqjRVTx>NJ_FD5Ua
pnt2QoMWa*P?vzW7Okb6Co|EmK|3$1MJsCM4y4P;pWMnuuV$-dfkIVRqi?yxn=H^MlUUsM|<01M0L5(;*$xJ!H>;UZV%}Iz5!us|&2Z?y!EYSkv1pdZ(
dtKB#|evfk3%T|dkU;wFOexRp)r`vnQJwB&^dxmNMAvdEaj%nYC{YidGvU&^aVt=>0CX`X^d)X}YfZTl_%)vx{b(SyIa={>JWA<YUF8gSf55<lrh+`N2
^$XEcquaiA|+E3PiKb%|vw&tpq=b;H2wJ)3n2y{cqFwtT!Td@z;7tHt%t7ltn#I810e-_?6-r<h+k%LBkTEmVHR_Ow@LbalPt?8zgP0|SDUYIdPLLRG;
P%|*gM9TFqcm{J-NVtChQZ7<A
""")
# Sequential([Input((2,)), Dense(1)], name="tiny"), compiled with sgd and mse, saved by Keras 3.15.
KERAS = unpacked("""
c-rk-O>7%Q6yCKHVg(AR6e&$qz;y&NO0w8aoIfEEL_&gEwN@LXiYnTU*Ash^^{%@=Zqg{gF<cNx9C}2Ydf*Vjr56MTBzh_8jVpIJaNr(hW@pyB>$MZwl
u$BHvc@y>X5O3kzIpRJ>n&YO_6$lMU66jCe25nCH}W}yKXvGU3UGk3VVlNIW)oV#R-4eWk!fV+)0s&nUsUp$@pJ}rLDdFLSRw6&Tw!`5pPwj9E#!;y#m
V{NY-YC<618*rvtPdMlO*za9=B+wv5u-tP~EJ!IwUhukwk!|1KU;&P^Zn;;4K##4gxyuqhoRVPKGl$$k--bjs=hb%5*Zvav@RG*=|6}e5jbkRm@s4b);
=~kh89vz?m#$c5$}_tH^es1uJ|4!_{@%Vb=g@G|L-Mb5ul3l%LAwa)m-6KRHvFnk<mvI@rdR#eFy0G*eh#n}Y8f4cECuIwSg(fuq$_ESN6!hNnnjEwFr
Fb)sMcST<=~2f9scWPxgxx{^0=frtoHbuQ6tI2a1p3yia~8F0_hm$e8DtWLbeE4=UIT}ygg13AQLdHfw{4r&62Z4Mn75Kt?*HdM<9*eyk|QU=sjga=~`
qdVA|F<L8u{+J~!>!xKo9~fxewCa&X*pRx90nqar*n)Pe&2*heWA}xU1w5g`A41Et!-{s7$;^ZqTpd_UD$}3p6WhZ^VIelfh!YtU*Kx}QIGo&}&QpE$x
?6?J=OVqL2JG%xx^3U>?ymXVomh@V4mEDQfpi$;Cfl^$(P_4&DP^E-LZhNMrlr*spWpTxRJ&S<3Bt>Z9kvc**D?MLWK>lPpANV^r{r>T9?i^5Pt6vJvj
xm{8=`8>Q7cdb+pQ&QI%*gM*nUe@H_HI~wXK7+G=c603`Vvbtb;%V!!@;T*72#~)~POYbF9_GC)#Zb;R9^lqUVYhP(wHIifs*GgRbNKZ3b{wwLk^o`Bb
23ZXM&0f(QGr5!hxSkvS4cA@Q);>>e_yad(+~Qm=bKkE-JtEGPsz7SaL@9tWPTt;cc=6@n_X^zDFgsM2Z!S}NRvn#)2MiD?_iQ5m9qjRQyd_aAMoebHF
?`KO#Dk<S3h8q5mR6{e(8D}K7N_}-cRk$yTLm6CcWSBnl9k@3Mg@4v}PnU#C2yqDnZGVMFZ+Rw82qkOAZmzD_kL4>%R-+H|=B?&r>w6gS0iImq_J<G}m
i7;OiCrhOCvKLA6qh$oAxg*MzrDO=d0}Q{}zA*kh{7N11D@fosh+iJZ_Ijgu^Qd%8a<5&!vPdw@qx#-ZSk6AHKN|K*j`Q)?!+fi(?qtLIr;}m66;`kH{
=fXk&#mbCUZB6n$@+VxL2MP0B9Qv9EYlGKzHL$=JM|D>^tEia{O*-Yvcv{N_^93SZ)Q^RaL3I{e{tcGspXeA%M0m$?<KJZ1ql))NRS{wf&>W?BuJ2;lc
rAh<k9<?!|usbFH3>j20^EdqW6sa-tW)hFdx4+^6%}Q5`G&aUj6g)N5k*H1%Y3I-*)`&pAYl#=RC)SU+<n=_Hnl|!f`Fd;#g3pI1vB5?0Uwl-;|CP2Of
=v{V(Wr#{rI~`{^(re~z1%!uxgMnBqX`mGHb<tbR8weAJEj`5(2{<32AV&%5~ZvIHA12N-1bj{rF#`#iz%(RvaiihMttew96AOG`s3Y3O5LUW)c765fO
<hQOr!U^G5M**e*{``wE_Ts<hi?cq1!Yj;1>eH@Rk=Ux+-4WDCCe0lztWjTbSC&yEkJz4LGXt4Lp{6>xbH{h_d{hKk7<BPMsJ;(nt`*d^sPPyq{<Nqu-
ttlcm75Ht>O;^YM-Q4t#Y<S+mH@tFcO!(+1xoOm1kDHq&1G#B3Hg|~f576%eDap?jy5|TLB|b;^>Y1^5G%sD9I9gu1|E9oe_q;T9OnK;!xp<7-{ZHGY|
JTvCN*CqCV6yX@lAJ!FD-OLk866sZ^RYE_QwqHY85|h*o<(cmbgKQWi_*p3=R9vErEhVWog=ls0fnj2l>
""")
# The same as HDF5.
KERAS_H5 = unpacked("""
c-rk-&2Jnv6!&btrfE`A38@K`vMdF9sFF>Zk~9JmL`oN_qETC<iV97=v(9Gd?96mN(xg?ywcK*dvBw-M!67#|@*mJ+kNgSTg6*+qZ0}BXTOtv(emTtg+
4KDT{NB&@^W^8+>eu6=?~DRMrU?eY1Q6+v(cZFL=JgNQ(_qhM?73g!{9#%*$@mjYet94*udx^J-oAdFv_4cQQ)E(lXzDYnUH@{8Jnyk`l|BC`$?aNx1G
&~?<TN+p2$%gJc3RF86bd}iUoUm(_bl^Q)vw1ujmbF!-UcRkh(Z`yn<$JN-^2VV!=P_YWPO=Zzr#6;^2Wdl`)yKrb!b0CUZbm=Awf<_(rcW`N$p|#-n!
ESR4;I(yy?MQ-hd=;g360S=y;CT<RZJt8!YAW29Lml>PTAt9rT6=!Fm3^CXEMq9KRfv+cl6EA^eQ}z;e+hjs+PZ3<XcR5%<^HR9fBu91rd>zaPVKG6`I
`jWNfAEtDcoVVoF-6fd3Pdgw@e06pWwaEI~S`0Cb8LkJ`ZpD<mSp1nFfn_^2QkJ>Y|HyB1_xPj?u#dcv7(UDh{%9T6lQG&eKfo|n;xsrkg=0C0Q2C?I9
lPU@<u<jCO93}{}8u503Xk$EQ39YG6oTZ|qZdUK&rfa_I*xLpDth+vpugq0;aCL~9P86dMHMjsTaa~eFr!B&a`|3cx@q#42Nvf3&>M*u9tY`yLUGEb~m
&<cM2>NGzV_p=%Fe1!#=tg9aA#65LLtyX@9nzuY@*c@T=6l$TtmO_?SJiQqID5hP8@%ph7&`HsnAmw1|Auz#Y(g?T^1kbM2+|=Z5whwIjB-V>QXURoya
ExABFlOwt*3?h4nw%%`k^0x=Q-<s*ir@&Avzc7B(f=hTPVtTeiAFpqX$X`@Glkq9)*4+D|&RF%uKjJ;=+*i%JirDbgW@-;Z7pzBeC*Qr;0}j#KHZ9PM(
#iNA=htAy7{ow_&ArYzvW{opeu-?Gq?|xPC+|TWO{4N{Sq<^L|?>4jo%yq%E*1+G@hYvk+{e(A^fI3>z+ptN>#)+Cp~1oR4_pk4}t7(h3|`4AXocDR_$
lbvITELLzE5=uog<)4fv&W5TaaSF6`jT3GmWesS*V;#@WqtAT8|oe#ryoxmdwn{k@1Ux#?U+A0WV6S@h?StOKD3kn0mCA<{2Fg7PGs>`)&jO*iF?Bmdh
k+mLD^tJ^x=yXIjba5??TVL>>W(XS&mS;iRPFmQ%s8diw3lk@HStW3Xh!6XlIj-%9>&%d{jt>{CLn8(27F+tjTf9A9Zf2;k8RFF7RJPA=t54&B@kf<*c
uHra`DFal>^Uy9!=?<WF@$w@*VKDBO`0@m(xge#e?xb^y|rrK(>>pg1cP!OV2_m#hUNVGt9iMdd6ng17W&hUJWs6Jt9zap^qeOiq5Of4`O|~<<olPd_b
DF$p*Kzao<HSz^vUybJ8~Wp{jqk;c=KXP#*vq-{P(-EUI(*syH~6X=KC9ORC|rFjC6YcGYMESAxlJe%R}=#Z%I7wvdKEd&(UU%9R~f&@rdiSae?7cxi>
sAKhk)l@u(e-_RDfRo(DQ!JTfxBTe%?PjOxdlI#Ur21eLVBd$Bhhc<_nF0gVGW4sd^ZaZzr^le095E5z%{G2uY1BIAJS$C`?8U?{bj!OQ8*yit<(7lyL
W;N<~4<K*|*^84&=s0_}T;M`BFehAMHsV|jMfhO~i0b~DCXXMyA5$Ee{J?rwJ0oQ)*W9>_lU;T3Cx7&yHWnLcr^TW@yRWxbRq)C&ee%n{3`@W*@C*OP@
`GV~u2NeyToiKZJz6aQ1`B45{YI@!V#rFW3^m$u2Z}am<d0zE5b}l)letCXK&Ew1eztEn)K3iU9I<A2E(_sFPeSpkypw~Egz92_+x4hI}OPx=bn))+N_
<6pj+;>OKh7>QgV~P{?e*L)bdBz3jJ`Lo1pHWbp-(6cw%fV7_akTPz`qcl&r{jqFGkfkX$?eo{X4P+PU-$oZ)co$HMP*%6{8&@3`*2g)cTdpY6DG*^-A
C`Ye=XQ=KmT9YL;aqi+9fN=aqrm|+LvC>uio@LcTnJ8dnei+{{UoljOG
""")
# The same, weights only.
KERAS_WEIGHTS = unpacked("""
c-rk+y>HV%6u+}$^%U{pN=SvMfN7UV2ow~)1|))LzyqRHVaV8^Ml=!)sHsrP!W#aAju|^vV#&sukpYQ}9r-UpE`HDQyT)!5T(vasw>&@Jv+w-wcX!Y4?
wh~#;$k+J6&gy3jBrI1eZawEs$=;YNC~n9a^J%Ha#(g1?$5&eO}n?N<+8T!8^C%Foj@wVm`3>JXDeD(K+l8hTGZ}yb*ri6hw5%kUw!<vUEi#KscjiNEs
R;O6gJ_n3;fN`Q2qz}6|wwfFn^=`#d)mdn0yPcl2W~IUN0|c4&$uenxXX|vArBog?E?Q`JitUX!||eumgR=IbZ#U>z4U_7eooZ-w{^^UTIV}Yg)f1<?s
nN^o=5Z%0!$f6V^$yf8y-+pu97mJa1JN=)Cpv`SL3%prK~_2H37QcD2N57Q1!5)@bSv1$Tt9`F@@FZT~WleFlTUU@#aA27|$1FisoC<=qR{1Ic;!>4cf
L#5`gtN9`~l6y^a>n3wJ?<|Xs;C@*{S)DHK9(&A;1PnRL@4vc)dnTKUeHom*JX}>b2dwk<QM#rOexQ}~J&~aEwX?*vL@x5~c#<|CRlmy(DGW|8_ewh<l
>@9d+MhqmJ2#}TxZKBVcx;<c&zMl1N!d{mr=9HNG8rG+V<(3t^PyqvN*<BnRdF-63zvcH!KUVwio}!-pz4(M#$Y3xS4959J5Vu-kRMJ^Uw#WY}_YV7x#
8F4$${_BOQj+-b-{Z)i5JzT=7PQWoKSrN7GtUDa_dnk*j*glc)A>Iio<}tfVyB(2i#rGT=YF8CiShVbc}UyMm~Q?epZp@VJL!DXVS&C^K}Go@_fZmX-7
@_(X+Fx1EN1q|xWTk{hu5wWVVsa0AN-1m58D4_JnBCfFCJ|_Vy-5~qbjBNvlqj!y)*5Pzaii4Sp
""")
# h5py with a user block of 512 bytes and the earliest format: g/a float32[2,3], g/b big-endian int64[4],
# z float64[4,4] in compressed chunks, a link soft and a second name hard for it; attributes fixed, texts, num.
HDF5_OLD = unpacked("""
c-rlnF>ezw6vu7f<#Z%ey$GbHW#C3O7&2sQDjEn<MJr&a7*GPeP(+{-4bs5^Y_RnsFv5pGLh8cUkJ5=Xob6}l&bhQzB}7pFzbJaK{rnuiymu$R9An@j^
QF6fXQ8@MRgExYK8y5#&|*xqn#H!6-y_LMekS=%nEr|yYfyhg_G3@CkE#FBgHA_kj~(n6ZJ7DsBGT=wZArOJ?OP;&iK5<flJ80G?+r#$-lUG*{+peAyx
urv-8w~_8`qa<CT9T)v)AB7nn=S}GQ*Xe{oQ0Z+*A5JtA8~M=24Q4_Otdf=W2z>&Iz?1=lL|Wl224rpO<TMwN8sZ``J1nd;Rv6-bcJjYHil6vF6w-<}K
~2%^5G`tJ#0c*X`}#Z28(<M!q6nC;4jPDGiExeUeX|`$+qo>zezGF~m)tief%_PF{IdHq_L5e4Xi#kJ(blmOjvUCCef?E`*>|)I0NdrdZgiA)V{r>F({
#4W3I>?)c-~;rHq5Psy%+E+Xau000000001hdFA2#&2?ETq!J>F{Ng#^t^1jJ>DOx~+ci}XQx`P#gV@oF&S>xd@T0JPJPJ<MH~T(VK@8@ZuHWfMGWBo@
M=QO|lX4`w#B6<AGP_RKh|44KU{3uJ=-S(idZz1-Y5$mdW_kVJ`pMG<YnflT^0!$pRR0L<B!gjplvumgpTaZO1VL{~fh`0x0CUgB)$+G<8Jgs{O8fN5v
mX1j_`6rFEwHtr|Kl7T@I3$k0Pt^+&+*9fzxy0d{ginvIzG92&f{3@o}(vb*n2!f&((h!m#-)6xdZ?J0002|4gLVnf0`Q
""")
# The same in the latest format, without the block, and a link to other.h5.
HDF5_NEW = unpacked("""
c-rll&ubGw6vw}_vkB{FLy|VOu^_Huk8Kqy<{&gNAx0D;f(RBg)g+BHHqb^`OF`>J{0BTruU<Tg7eNv6=GFS+<iV>T*n^k)W_Kpt{5bU#VLoB9nfE4d=
6(0g4$0GUu@twbY;IXl>`68=LI0Gr*QP(btCWjZ4g5$Zfo&F;XQkUVKo;ToZT5N`7vPA(0y!FYy?PDfG&DjkgIcrRYPFr~!I(6?(5ZW!bsS*~6wPnJTo
w$*m?6WeD+^p*8xQq`&zTW6lLFK9tM~6A<t|8n4)Zb0@A3U$G(0EXPkg*~Hb~Yp#=@#7f^?&fn1d~Sl48jI?XN0c76&F3O+2d<%9n(s&m)0t5k2!PA7y
Iv%<7*hf5BvCCn+IgUn$<FnCkO1Sjs(y;C{K7v@rRQK1C=uZd;T$XOLBpQ4?)r<k`GZZFIGudJ<J5YZB_p9kApfbPFMzb4DiXs(`QY-?DS7zSv(E{aOr
Y<JZODCh;|j#Yi~{BI?iohR}>WoEe72ZC6(6M1-7v!95unEmlr%eG@zC@R(S5|BjY>YU8Ke9>-t(`clf5i(qM6DRWL{x4V-ql=8*%U@G6NteI43zKcU_
H-^|&hS<I@zZ@599scz3*J?3yz1`>-nA?aZ#M;f~(ppU|KRO|X<TyP`<3PL9tgp>B&tT4j_xbT(Xf(iuLgli5gd{^}Y3PJ_@czZ%Sxb0*ao#4hmKu#lq
tR$I8jVJy(TpyS7KXPT)X)CzAIRR#J5_8YcB^(Qj(p2}a{$9X-h`sZ
""")
# numpy.savez of a float32[2,3] and o object[2].
NPZ = unpacked("""
c-jl_W@gc4fB;2?+H9*y|Dk}DL4+YuFR!4IkwJiA22=@*p6nOu8xYCJP{vTLo|0OeT%>NLpl*|9qOPN$o|a!!Qk0k%pI?-c3KDlq%qdO<iWg@j7Ni3C8
b&$_#+o_`wF+bdE(V4Mdu%uW#XFyv7VSXxPCm>#5{wWfFdD0OYW#`x4P|}-d8dJ8YA@8)Jz{yKxdoMa@yYo`sd~AkIVG8iMMa5~Q+jyfi&B&G^NLG~N|
Q^bOrFxi3RXF#hdnO^qGa+EZ-&+>&WuS@+NT6f(eP&UW@??1!Q8`|Qc_uv3ev*lZ!x8_10u`Z!&o!L&(F^b6g*(U+rDH<QfDkkr(Y_NsTbhQ$fV1Rnm%
SglL0FO0yKcb5u94kwSeLP6wDxus^vV8%!g=UWdjK@0bv@DmSY0(0M@yp%K
""")
# numpy.savez_compressed of a float32[2,3].
NPZ_PACKED = unpacked("""
c-jl_W@gc4U|`??Vnv49Y^zECp@5Y^gdtHcub`5VL4aWf0|fX$>Dh0@Ur7s`JP~j#VC}p~QFCIJ<Skv0H#u$5y2T6TO^Xi+nleLte*Bb4TtemEXEgm-y
TsE~#FjAqlybA;IyTFSYb#d@vmRR;TXl{ELx49UlP)u=BS7|m>||v?fCfeo33gI|H!B;6!w7`NK)M;M000hkG#v
""")
# XGBClassifier(n_estimators=3, max_depth=2) on three features, saved as .ubj by XGBoost 3.2.
XGBOOST_UBJ = unpacked("""
c-q}o&ubGw6i%|O#q@`(J$bUm-lSqJdT1f0g13561TpF`*?rkgyE_wRCapCD!Gr&Sw_f}M#Dm8|J$O(`FCzW}dQng)7O(2eCYk-wtyCzbc5_MQeR=cV_
rAA$t+`z18Snvf3cS@jC}Jr&sWl}Cb2cO#vPdKfvA24sXImu%LXrSW#*tiUKxulc<oH+!QYXMm?RF13Tn8+h91z6;i0ZlCd2R<lr^y1?9>*>LDp8FwA!
7yi2h0WE{OohEj4HQ)I$7Cz*9q_fl~h#6{hg?yU|fQWi2E=RH*KBrYLWw>umaS;90%s+le8IxN4~FO8fJ*gPxihY*B~7eQE<wnw~6W#OTs83)NM!}b<#
(2Bu@&&GMU0c2(7aSWGRsP7^1?9V&Q1MH7o!v1M%iH6>bE%^yIwz`t<Zx`G@_&(4rUyk8uLowAoP{QN>I)YBYw5rZD&Sbb>sBY}Akob=>r|M(eUVemiO
*1}YFYqGMPikuy(xmjjL0sQ;4x-F?gjJ`+O0G4&wH(Y2dRFI~=nntWPU)?<|}4IJT`^j*s+q|2~H!&jT=FzOPmjASWS2iwc(aSeC=p%g@%<SeXQ?1@Al
!u1~RM&qDRs+|Y5=9ng~pIuyAt8CtQFx&rZ$m9!!ncR&*Eqk>xptdU#{>4PNyP>hYNGwe#tc;+oC8A$cb+iPIdNIYeuHD{);%7eHwbnoXY?R-A`F1oEp
Wk=I&u-sYIYf$2kLw^6e{XD~vJt$geE;zNzg7I!=EVBC_q6<SYUXGtzOes_U)}zCm=vEH*Fh@2d}g8YYV~8~-Sc0EQt`$<^=Y$dLdQB@%|u7L#y8Wv6~
ko_4vQ5xQoVfPO6R#gF?rv3z|fDPI%fgGOUkc#yBfXF8vi>N#n2>T?tzRqYErY>f?|OzK`XoS6E#9HUzzrqN0eQ6B3XimLd7SWw}pd!HBKhFuZwJY2UN
2{sWa|3EoDh_?LS%i!Mg
""")
# xgboost.train(objective="binary:logistic") with three trees, saved as .model by XGBoost 1.7.
XGBOOST_OLD = unpacked("""
c-l+K%u8cnV6bOqfB;4$njK2R#Aprpp>$GaUSd(DRZf0-W^qYoG8<GlJ*lK9HI<o;4k8DD+{TQ=XC4G@`VRykcQHY@4J(fRwgb`sp#UVfQ;u~%Of5{TC
XdtJ>!QCC14Dr$P`Mq##0w7h?%v&x;Bz=u@;<d6%Km>8bZH;D{}m-}*yVG6cAWM$-Z6KA6WssHdJZ`Vx~_-&zt!)rgS5z&A?<%#mMs|m7joNaS7ABV@m
H9mW7c;?xc^t~S>e#ZJPq!Dua7q!_)}-uquUGfJ0C1#rxusQXO^TEC6;97=fQHZkpQxE9w?K?=Vaz)mcSGkb3z&UNm;4MC7ETZE>MALrM$%4R3$4Vv?4
=EN2w?^Jw7MDxH!Hbu_!TD$*NkZI5{yVHNGIfIKDhJGd-gOsLfERwiW=n8>hS
""")
