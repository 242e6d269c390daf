"""HDF5 files that the library itself wrote (h5py 3.14.0), packed: what a builder by hand would not get right."""

from __future__ import annotations

import base64
import zlib


def unpack(text: str) -> bytes:
    """The bytes of a file."""
    return zlib.decompress(base64.b85decode("".join(text.split())))


MANY_ATTRIBUTES = unpack(
    """
    c-rlm3s6*L6vzL&fUY1ago}$5ih>Wc5L`e|k~b0|k5yANSa}!;sG(NcmNiiX6V*&9Hujh_N{ytk)CSFJrrNY*qBI}Xj4z7G$^ykltL?J8?6JSj
    WHZe)b<e=uyJvpich3EP=X`hf-Y3$NQ@uR{Jl!-JIPJ2-BFEc5hdcax$F%L9o}Qem9)94k$3ppkk4o(;M>@?@4HYoh7w*7&D*G(iYR7bwRZ#5j
    +n1K1IjOnn*|05~8iPRV2ZzARor({-`my9MMs)A_vzvYD(bl77oYQmj0rgjjhV*1>M%IWvR!{M0vtxu?Z<H60cjlz#St;ivy_33AylmWOjo}2%
    fp)(hR~|2ELtaQUWTsl<>iStfhu9<lw!HaNU$kmmjskP3CpNmd99b6zdZBcH%Tba1qZjJ>xE%g|r+hHS7Jj7N(URithc*%AJ9CE?)gnrWdA2{A
    yj_kHp~V3x5Ml3r{^MZyib;R*&mMtzG3mwQ&x9bkugfuDMtCUdy<Cn3>voUAqhiug+e^owtG~;kKY1t|)(h@+4AUQrK$pnWFY-(z?u09kbs3lS
    *e51kJ9TU{Hi=1pJ7kDPoN$Dznxj!F6pIb}AO;B{Y*72%v3Nv8d82IE6qr>m!XsQCj|8y{Cx$Oh*!F(hXV=jUiH2!e*7ZNFcFoe?@IV5zBG+~8
    CAHWuQoFdIs@3dhj-h6a^Q4dS#M6G_v-Z=b8fC-zSDT~%tHpB9sykAPW>HoXaxJy+6%|rbpHz={50|6yL-QJRxw{;pBR4moRXEP=I<^)EMQ47m
    JM#jz3di`|(ihPrCVlPYT^q1T^j-P1$*-bD5DgK!M%0TrVphy+M4T8BTUxjogGFaXe9^H5ZDN=4e*J-FXvL7uA%Sn9Q0SrlI&3S7MA+uld)`5u
    xVX4WZ98y5G{`M)cfX5x5oKW0iWX=^Gq2yZYA2e-kVRV?K0%b&+;-Hpnh`5fUv%PIGulKR%Xh!@IfBIHM<gV*Y8E_ay8iXA5xFk+s!GFyVxJlC
    @zOLL6q{)No`5VoEDB;-NnRFe#74Z~k}e1P#rBplygL``#iWrdJPha-SM$q?Ck-eQSM#ZVw*j$2v(-V*&cIfY$L}BfIunf|kGMCz@=+~T=Dgvd
    e3XeHrkw}p;etr)o7TvM*d$B0zGDem#rkKQ(=JDmxVWTqQ|?8eSi8lIz9vMAJX+GXnXp$lHmpBs!X9xgC-<B)VZW`(;_Z$f++SLSpM*du&BkgJ
    iFL^`zEX`q(U&btK71T?B9E;1>S_|-_t9Se`ge=VOVxB8K$CQAyLcFdqDAi7SbYQuLd3V98hsQ&LS{p2*D(|dRd21`d>nydNPc2SJDP<f^!)T6
    Fjr{y(d&U7XcU@#q6<5PZlTDU#gCmrvIx6<?;EF~6GhdLbM`dqgk~FuZ0d$qB=+;v_Vdt*N#`6LaT!00u<ty*@p3|DSipaB|4&Pro~aVwX`R0<
    <~oimgNw?IRaFI*#)^{Q*kQqWB}<l-R4y$umIsd;7F@Kbvb1c0)xR>h+<1S<Jyq7z{67!LG*-+nHeQLFO!G`vY*VWSD)(Z=6jMww#S~LaF~t;9
    Ofkh2`==~5FE6F{MVHzQu-Kl!!Q$2PFu)t=bn7|$3Amx>Cwg&O;`Y?^<iy_hlCV80tLnUInH$`#=k9<pW&#Fj0Q-x9skWC|$Z@~|iXbSLp-6)A
    7@A0sfgwFXGZ=~@XeL9^1kGY7hM+qbnnciSf+mF%G>0KpJf9&}d@e(*_&kPK@jDq}#S0i>#S0l?#f=QH;`13|#fy3&Z}{1uibcgG<puU<RnVza
    J&(q0|Mr5{^a^M0Zy));dmn#g|J%eIb$dgjOJzNmM-(lEp35VeAuf*?hPXT?F~sE&%Mh1G96?dskdqnWhMd9>H)K3R+>p02#EMU4h!sy@h!sy{
    h!sy_h!sy}h!syED4G>dWr!6|V~7<`XNVP_#t<u>!4NBc8$+ykCPS?F?F_NvSq!n_)A`QCif3P||7|Z*mh4Mg=o%ft$quCu5u9uwL!9i51VwVP
    H!;NJ5yTLe$1sMtJccvG<q^yfm&XW(xI9KO#EOS7#EOS9#EOq1Xd){<njuzv3`4B=ScX{fFosz1aSXBI;~8SbZ)S)Uzl9-IJe(m`d;;H@Sn&vk
    Sn)`PSn-JrvEuq`^}o%Yd(5-a%{tybnsY^O1Si9(s)*rC)x>b3Zp3h9xD&&L;Xw@7MIU0gEcz0|RiPn<i=rQ`(gYUTlOa~xiy@Y}KSQjwH$yD;
    0ESrYfef+SgBW7HeHdcFeHmiKZ{Yh8EAGb-D?XSZR$R*vEAGz_D?WrFR$RvrD;{w5@Bh>O)c+R8_HS|Ank<gnrp0kfAAB}`)gQKy2Mh
    """
)

LONG_ATTRIBUTE = unpack(
    """
    c-rgqaB<`1lHy|K;9!7(|4{Hw8NxS!iofXyb@2Ca31U*bc8fI|85c1!2_fr*0WKy6Mg|5^AqEx(hJB0>Qv#Tv#@R43i~{n(<-gK_Zb2Ra44{Z(
    Vh~_pfQ9D?76{!04e2sih_j&4P{0MH--$zLT=Bw!q!Xe>14zG<hl!a!-0|Nj#KQ&XBA|_eK#>%U6HvRkfe-?6K0DrX3kIr!yN{6pyS*$70SpyD
    J76;J*dXH445)PfoU9zD5Fa<7y-^^QDxieOz_8m@T!cXgN#MPBfHFfI143Yq*MC!nCM1D1nWeT2R!9QV<fnu(oI(<Kdg@2503$r3FfhDencu)5
    hNNQg-iAF4W=PiV=stgfVHuK&<C5BM7~UZXY@M+3zh}{rbEAoxYyeJojG%NU0Zw=CSYT-i7FkSvX-(i%!pOjZJ-z?=7@0j9lEWFe1qZvri$g|W
    `BMjud%;7My(2V4m>GD1*#VeYa`RJCbK;Zp^U^ZY8H9nsaz-3ftuQcDD<$V778l3oCFZ6oSt%$5rxuo`=9Oe7<|yeXC_yv;#jBNa5-U@Sih;~%
    bS*xKxk)LBsLE?=V{2;_M!_f;1*2dTjDk@x3P!;w7zLwX6pVsVFbYP&C>RB!U=)mkQ9v<p^Kfy3PsD@4u0sxy%nZy7JfJy%L<0r^4hHD-m;(b7
    $~*x~jUk2_MhrDZ7;2a>)EHx^Va8Bnf}w^5Lyakh8deN7W*BPNFw~f1sA0!YV}YTD14E4^h8oV%iMLTOC;$MV52O|
    """
)

MANY_LINKS = unpack(
    """
    c-rln3s}#0-^bsb6e|>wL&#=|(D(a4&l;stw@HyhwsMR`4zXHAwl+3#$GC+I6Ede*lS8aAWUPgzltbGZH5u9*SD5?%|NPVM<9VL#dY=2apZj{Q
    >v_5^`+a=-{=Toz`SbO=mKx|6;LxmnGb=kgJpFmn@N?4B{CBU0b&D~5y@mw(4YllY{-VuP{^zfjPNofI4I85^%+F?)FiA1^m;S6TOELru4Ge*;
    @h_HWiGOEUV1r>x8}vl~hG*+%pUW)%b3|(s=c$wEzg>(^mFLsn2Kf8#^9>91gN<q5bH?9Ibg#5B|F&r(<&!00BLapQci|GA{_feQ!V5uyk@1vP
    +19*16wf{*CilMK8}@1dY}&2T0NE`7d(6!nXMrqxljyK?tp%c<Gl_NHB^HRcFlkrqYh#HtJJYJIUtdd9k{A~~&=Li<Ceh_guqCpan#4%&4pzu>
    Fo`Wk%&|rR9rkVQerss0O@}2G7F#2lXsIc+)`+FOJKpuNL$6jQ(Y`Rm4nA~lk3scz*l1%CYpdEcMLO+GioV?xRZb@HgBPQlp|puf+<N?#=dcDQ
    L{8bc=Mdf8w0drbtv!6`wX&@4_Q-E$5=*i^wZ~)H>)3jp13ZY9dg{Cbrjo^W6MlC<9<9c1eZ4s@5behwBb&pO%(Q)BPYZ-Qn#9KsZCav&%v{{Y
    qb16%OefgXCA35$y%ylUr6pF<>dvMeoY0f}5WjA+6MQHD_7759p^mHwNq@UFPLRc~#=hSg;Y6F3^pZ2`txe+1Ae{d1RfBI>P%v!9Ej{9lgOq#&
    LP{m3ky2J6-h+`$wq!4A5`~+jltt?w-$xz!v&yz(7Ba~(OS3lRqqC`~VY5eD0#|zN!mr-7(2&C`8`9Xl()Ov~Xck_qbTA7qR5oO?XJxCW!gFS!
    du0o=;8AH~7J5}Wn}v2oPvX+?|3Cj|{7v=$$%2z5a5ES3`=d%Robo=UP22ORq3GS(@cwyt&}z%rL+5ds%Ej8%tqhfv6-}IGlwmL>u<!LpWmrbZ
    uCeP>4rj_0=M>*^gc4$O%=HUcM;mTg`doxBWq7+qTQ5RI8RX(}^&;lc>hd=yT!M<q#qZ3_OQ@uheQ~`@1&XQQR`2aofu5AQ_6LG1P(V7^gymHr
    ln#6C&^zBFf?7=A_Y1y9CS~Ra=Z9axr)0(6oX9IkrPspGZ@7Z*2#i*BS7B&r63aI%uEGi0TRW$q3LbRs=FG0uh@%ZPuYFXFa5~|e+QmP?hJ4nw
    P<0KNRI-~r)?Y(AvbgJE`x;CmvE*Bi8WfNfwjH+DU_Y5TF{Y>n{-p2i<#jbEqE)Mr&9B3PUK@HL>^e@7*Mkf9+`v6LLEG!t4HT1YX}>+biBM{v
    -KQSCg)lndL9$0J-00k-w9hl2iNAf~<2Fd4-)X#@+F~GCxWcn<Tcnc#Sz<t2I8vogkT1I+mBgrow(a3YF37d()E;pZoEC4KX%8P#s`7SZ2WV*T
    $0sd2Vivh}(=qFgh^D=x9~E`PG>TsNJN-LhC#f2v`k)gY(Q4uvO=k=zyMOjQ(HVp3+#Y2eyI>6My|Q9Z7uc9JbFk@(Y!VFvSG<5;WY8i9Z8sdC
    )E%($t8OTu;G9XC-W}WMTx<RD?ifs~xwj^|qnIp?nzGX!&eR99s!QAvORGN~9N7ce<mJl9?maP{l<fSirYCw)MD}Jr=!suxb?qQePdJkf`I+x{
    LQOinAx?Xu2l*i($f*}@n}^i4(%zUvt0PJ*`oM;gX;ARNKG;o%wbX<Nyhq|Rul^DS3UB--yV8F~{ij>nM`15{qsxNTlaNCtTiqscGAhV1hr&bO
    z)h;&p}VZ3QA1w7-(z7k+$fM2`?Z^b0`gI_$K9tOgH$aHE0}_#6sI|>vZum^qW9wLr0LL*c-3Xabfh|(C*0}jNTI_l3-3=yD0yydAHz)elWV)Y
    _4-U?lRCCvos5My>6?79I2Lh)DE<CcEEdpe{G6S$pdlxQ9=tXS;pPPCDQ9Cm#dM<k+}Suqh!gQU;;@l|qa9rv4@W}WPYF#x9%<IhWpo1KXz#AD
    ;sl%`C3_qlk%*CG=Kk$5iO8nCy%WzSp(zDtLitZ~kV!hEZ?u|=QhM!jYrDDVMPi5F9?eA-#eer_S;>edGtaD>HxD<7RzGRUJoKXa^7<_-1;Lac
    >o+^Ri)f0)qc;c4M-3tRPRN;$C=xF(Ubg@qq|Wm);(bJ!y?*M3;~&Mpx}#qfVrkn8k>fu>2I;50bMzA|AqxY1)3>9JlzOw%;q5TchBR32fCn)R
    `#SAFX+y~N?m#-Ny2hQ^2`y>8HK<=UQpgs~&wt5A9HrRG_W8SzMYe=&wAqbfdhH$WxZQY_z&~Wn-HjU3Y@c1)ZX{E10zXXt6v>or=Sl|Tz(6PX
    P15AT-JA;U@8!aolq_#?Jr{#1{<FS%n2R*hAuCC<7hlsQDtExBy>O-zJVr+D#c4_f>(71nA&r!*@fxuY{&d)_Hzw~#9i4!g%l0FJR%gx|asYp!
    *Iax;4&bjOdiMD20P1MN?$y5>z+h?{qmISqA%!+{>_0yb*U39sCwJwcl4ut;CV!4v+OQ(7RX%cv_R+HRe0b0aGtS26{*&i_LFxU$NTt(%IO-IP
    RPyqN-3A9Ell=L+d=v}=>DT?It06c~o{LEG3xzYyiXD+9p*TewPW0|I44HI7)41?3+$0yQy0s+?#gy!q9m~T|Nx2d+Yuj*qOD=fmab!4L&G-K}
    %aL#;aKIM-k%*$zBMaR}A(jI9%aV{$I7qMgbQ)t^CDrFNFCK+F%An5e%16OKh{K<iy@m*K;@ww{ybfn`Kh0hi0Uyes%J#h@Q9!G^-rf?4C^D$x
    tm_z5)9Rk`kH^4=5KrRk#~_OitC+K5EMBE%a;QVuSlG~p;}1N>!I=vASVy<<u%kfcRIA2gJ{jM&-f{vmDWPZYDV=}}I_%@kZ6>0ERNp#dyXU|9
    {uiFHHy_cYiSxX%Um%$@Y0+}s7pSAc*p=;l7-?kI@I!r%z>$oV-=!RZ6NO<-&$J`BV4kuUrhJJCij#NAn_r>}`6zD8hA$CHso>S-gJbZa)%!Ot
    978yTH|vYKV^~Eeq{pm34p;Kg(k@qzV+y6h9{tt=oFa98zLQq~Z;DgG!K($hLK_lmLQbF;<)HTP>nD*$@z;O9?Ib)1G2;i%uW^hJ*`0?J;wOs8
    l*OA15lXgAe1IajlJTXniA8Xv1UYqPc@cal6?|vfoJK0G2A$e}8jhr7a=_>_(9mk3q3R5Nr5W`3rEzC5gOu#%Gy5zq(Fqa#-#Uv#0>^K8uNW0{
    LP2P8F)Aql4=xveiy%6opS9mPIMXoM_0qI+s3Amj?)GztBR?DnSCt@+RCl;9gZ|<8Un?t<2qGu0-D0PLBe@{S`V}=6QFzB(wbLMqV%j`<ga-bk
    >bCi}HP}L}pvrTG7Tri|uhwol+@jU*maWpkjSNVwayB4?A`-GD-hc|SWyqc9`{FUZ=C;%JWki@K{k6?6<2CY}mA#WUMpCX!>K*2dn-t#VuSa+z
    g~V?LeA5qS$+brZPVbL=a?H)id;24evhBvk<NXn3{v2_|+83kApgniT_#&T9@GHCG3s<sjdCs5#c!&JZ{D9gIP9%=^9_xo#a>+~aoBZHR#wU(%
    >yKoL-VaAy{83CPRvlOnfC!_-ZJ=2+WFYd%;>%UD2jVkw$;yvf1R{^ri9cTzh%8dFOg%mb9<<uo@6|zYBR{-#wR#YGkwHyYT%7VhSN}t=sTLxO
    ywR?H;zGEQ*ebYiA#%t7uRd#2QA&3ElpkG$R#Zf8SsNE4g7&_BXJZ=1Q6QWAd@T*T$jcs<O_so)HuyJhvjm-Jb%IV9MLJ>c^dZI#WMS2;$fZc9
    FldsjKZJ%_Oz)z8A0m`axLg#v3>hTu8=bWbS>&T=!<gj|1l|)pXa#J@iQiZyu0RTH*k0nBj(k#m*~;8>Bv7tw4SkS~a6;To4PA*_6zK)chpvKw
    Ud!F~w^jI&Lbkm7`c=p#eP4MTxEkpc^qqs^RwI<o)wfB{z)G^sx8_g=me6aHlYd@=SLoc_4&&D1J<8$}-DB5cEFIQg%v}oyQoVD1*;*{6u257G
    w+{KF!|lcM*CBykJ01S%I+T*5cHGTd2Q68VQ~&nI$e`7PMXNWU3F+{06XQScQfT$=l3^Qhh|X>Dpg8-F;-BWap%yumiGE2HwMZw&e0AfSUywtZ
    EX=z73;L1PD=)XXgFM>MbAR|9oFW(OZr%Paz974Qn-qN)S84Cvw@dHhOR{ih_RIH?OyS*qC;T^L(7Aux?p_C5^3fMlXV#&V!aL@YT|I7^L)K$(
    J&NhIgYQ<?qlUok6CxjC4bg^uz3d^nkT<5f9DRfwvU{di;Ug@jb61Lfj}bwuovzzGK@q7l<<ib47)-fxv)Ok~u$fLc@y69B@TY!tdCxTU|AFs6
    0mFv*H-6~0Fvg_bBwH9AUT69OZDGub`=&2$rrXUu)0ew@rf+ojOrPcMnLgXyGkuq{NCRe@KG~g#pSmU>(9gH=Q@`o+deQTvdRo|7SjVVTUY6*S
    &>#yYOD3zBtY)%?$yz4sn5<{AL6Oyrt7cp^<Ej}~&A4jDRWq)dan+2gW?T*9Y8Y3;xEjXQFs_DiHH@oaTn*!D7+1@<TE^8fu9k7NjH_i_E#qn#
    SIf9s#?>*dj&XI2t7BXp<LVe!$GAGi)iJJ)arKO=XIwqw>KRwhxO&FbGp?R-^^B`$Tm$187}vnK2F5iou7Pn4jB8+A1LGPRxcx0m|H$tX_2z^=
    Gsn%I{nkVz{4eV$&(y!MpI5u???5(4<}b<oC7Hh@^Ot1)lFVO{`Aaf?N#-wUU~%$daq?nu@?vrFVsY|faq?nu@?vrFVsY|faq?nZ!MK8P1>*|F
    6^ttwS1_(%T*0`4aV6tQ#+8gK8CNo{WL(L(l5r*DO5*-u{EfHA-=k9BHOGYYL&^G~Wc^UGekfT#l&l|0)(<7?hm!R}$@-yW{ZO)gC|N(0tRG6&
    4<+k|lJ!H$`k`d~P_lj~SwEDlA4=8_CF_Th^+U<}p=A9~vVJI8Ka{K=O4bi0>xYu{L&^G~Wc^UGekfT#l&l|0)(@rr&*N{rKeXQDx52!Z)q`a9
    AXz;~Ru7WZgJks}Sv^Qr50ce`Wc46fJxEp$lGTG`^&nY2NLCM$)q`a9AXz;~$++ykBiVgNvipu?_Z`XZJCfaZB)jiOcHfcgz9ZRvN3#2lWcMA(
    ?mLp*cO<*-NOs?m?7kz}eMhqUj#U47{EheS1>FV((O$voL9ludtR4ib2f^w=uzC=z9t5ig!RkS<dJwE01gi(Z>Oru25Ud^qs|UgAL9ludtR4ir
    9|$(@1e<q)%{#&7onZ4$uz4rgyc2BR2{!Kpn|G4UJIUsqWb;n4c_-PtlWg8eHt!^xcaqIJ>GkLFH~xzv>F|TmW*u2Q2v!e*)q`O5AXq&JRu6*J
    gJAU_SUm_<4}#T$VD%taJqT70g4Kgy^&nV12v!e*)q`O7f5GORVDnC}c_-Ms6KviIHtz(RcY@73!RDP{^G>jNC)m6bY~Ber?*yB7g3UX@=AB^k
    POy0=w0|Cd)5nX&53P-RtzsHW!z!k+GK`{7M5%}>MN})IMiI4&s8d9}A~J`tf)K1A1S<%^3PP}g5Ud~sD+s{~La>4m>;fp*z!PlX2{!Nq8+d{Z
    Ji!K@U;|IEfhX9&6KvoKHt+-+c!CW)!3LgS15dDlC)mIfY~Tqt@Wj8p06rUkOJn~Jo>EN_Q7h3?E74Oc(NinYQ!BZmQF2A2<cdbg6^)WB8YNdW
    3QeQXGzv|l&@>87tI)IxO{>tf3Qeofv<gkD(6kCotI)IxO{dUw3QecbbP7$U&~yq-r_gi?O{dUw3Qe!j^a@R{(DVvTuh8@gO|Q`O3e7zK{=@hi
    e-iay^)YU<jCo48j1i5JY?M@ulDbjSG)me=N!KXp8zsd=p_nKX6NO@;P)rnxi9#_^C?*QUM4>oTC^V_iq(YMlO)500(4<0>3Qa0BsnDcCQz<l+
    LQ^R;l|oY~G?hYADKwQrQz<l+LQ^X=wL()XG_^uA56q|W4|+EKsvZqb_lD<-4bK-Eo?RQBT^gR98lD{+o-WV+@45fgpH0<|`urWgVs@q
    """
)

OLD_GROUPS = unpack(
    """
    c-rlqKd>8D6~<Tgd(X1-Y|9}7B4j`q1_WftzN3FDm;q%H2NfBjArzW{O!SgCDBw5>P6mZwP$?=@s#K{`rAn15RjO2}Ql+|JTX&83hrbRx?*`pQ
    K6*dze&_7H_uIW%t^Qem^|i~Fp1%~_Z|QV!5M+W!+ZV3&|CNm6zqj0L%Dwj8>-b#!e(J&BvhMwBZu{hZ`<oj#g4E%|?Q=h?pYL9$F3!EOdtL67
    2fgpR{W~G+KkZ)Ahr8EVb@w`dHrO{0Tm8n%jR*hu`Yv9$<Jf=g$?o^fU%&Bc>fWeGV?4NSi_!9*eoih2ZY;P7^FDe!*EsU?_%&S|*Ry|+<l=dx
    @g?hxkNZ0H`1)^BNq#H1;9QbRpA-EETvl+obABE7T^$dD^)sT5&!CQi3yx98V^K$NS;6JN<pmcWds1I9Pi!zxYy}rwKz%QW`hv>}E(b0zxbVW+
    s$=`&<8^i}Ci$-5df@tk8-N=MZUk;DxXHz{RL6s0DCVyb=C85fCg7%mn}M4PZsFy;c@!)~J}cz27TgBhR&c?2jQ{gu{DaF1E(fkD&Uac*xQ?lN
    i9LG#k#T2iv!CqZwwMRzmqkCioaC2+TY*~(ZUb&BxZnzo&lPceuAHs;G%xx`i2e}?t_H3yxCZ;1;9B6?g6o_=Tk~mNjN1_7I}%(CTwQPta81Fr
    yqr%Dg0{$~gM7Mz>#>evUgPykUu<vSX&sw~qF)?hd<m`tt}D16xW3>9hkn*^DDoL0pP}eyBd#lm?M<+~so-Xw)^RTKSs<UK;8x()g4=-G3NASE
    bX<$;!xr*s3$6pME4UuGzTgI))$wVaS9QgCOAqHQeZdXD4Fxv>Hx}Fk+*EM0Gj?9p7V~Nc{9NR-Kt4;st-!4Xw>j_Uys;Je1X$lqABgJ~a9P3S
    z~u!O9{5?uNaRyPK6Sx0z%>Qe0@oGepcnXA$F|73!@LF81J@Va0NhY;BTxI|SmZN7K2yQXz|94>0Jjv}%F{ZoMLrwkvlU#x>mV^+2iSjFoS$Yq
    J<rdId~(PqFSrm~B)A&5y5Jg~)^UAF^v6r+kAe&Exm{X(ZkGX<6<qEaKkJwm`Gm+P5?l>jUVM%m;`8RZ*j~f4IzG7XC&)a!pC`U=C%&&|^W9{>
    iN2T2fAj-4AG&z`L&v3(*RApAyWx+V@4LABW9Qp0?*HEH-^Gi!-2UCVeD-a(e;2n}?t0kmFXP^i*XK9yxbrX<NAJ1)xVU%I`J#*G@4LUJ_Sd?J
    bqUemTj=j?!F9lO1=j=D7u>+h`RXVbihM@MXDql0xT)Y~;O2r`fLjV~#ragsleN^-sN-P}iTg!rxL>3$xCXeU;9B6?g6n|m3a)p2w#Ic{oX3XX
    >*9DfaJ>5>?*Z~23T|}l*SL=Fr_KG%^$&ObaO^&rN(GmL=Yn+b;YaV?y!H0GAKiZcgFoDV|C_1Qga4Tc;(PAWj^DNWHrW41ka+K_<0tp#L9yOE
    !g}*qa1(G-!Og(U1-AgV6x@pY72{_XJf(S1+}BmZeO-0IHNZ6m*8<lTTnAiNaJ>s>YaX17<G29d7x@g3&ron9aAUzuF8DaE4}z)4XNG*{f?I%F
    3T_2%Ex3)Rb=-=49^SYehiP%$4=yXX9Jr+z2P;pnTk<0B5P3&}tAVQvt^uwoxK`TFI<`eV9puv$Tn}7da075d!Hqnv<5=V~K|WK#&A_e2c->(C
    bFsaJr*&M4d{(TF;5Oj4f(vk8cUs*4ow?{^9gl*n$R~$<@`4M&MS`n=s|&6Ht|_<{xUComPx|6%w|;u~aNRWCfBd=6IOp<paTtGZ&c)rYx$z!<
    Px3jJkBe)6cjI^ey-6?Iu78|=*e~LB_PE9O>BrwQOuO$_#`j}wUQAwR?%P+Z#n<suG0)8~&&>t50Jjv}3fx+78_utS3of0l^MbTkr_8_y(&BT~
    4D!heE(b0zxbTvX{qZ1(L_Rg-Qx{wVTvKo@aBabLJgs9_<kLeweZdXD4Fxx1zZK&k=h<R%{P}eJ{E7HE6H}}!#oup@ewti&?7fs+XPbw~^`eX=
    *FBnr<n{Zgn7j^Mmy*|0VI_H8(2bJkqw)Lk_eO(XB<IumFO&1fpq3m5%a@bKvv$M1@7Z{G;@8z;Tue}>so-Yd=7L**TMBOF>G8Sc#>Y$UhSXap
    hz)T8aS?F|aT#$1afG-^Jt5)~#D=(lxQMufxQw`hI6_=SeW1^v&!Eqs&!Eqs&!Eqs&!EqsuK;}o=qo^90s0EiSAf0(^cA450DT4MD?(op`ijt3
    guWv56``*PeMRUiLSGU3O3+t=z7q76psxgdCFm<bUkUn3&{u-KGW3<9uMB-<=qp2C8T!i5SBAba^p&Bn0(}+et3Y1``YO;@fxZg#RiLi|eHG}7
    pf7^H2>K%Ei=Z!pz6kmv=!>8)g1##BRiUp6eO2hILSGg7s?b-3zAE%ptDK)h#3zUiaRG4=aS3r5aRqUNxC+03z7yy>fxZ*yJAu9v=sSVF6X-jE
    z7yy(=riau=riau=riau=riau=riamKwkm+3eZ=8z5?_WpsxUZ1?Ve4Ujh1x&{u@MBJ>rZuLylb=qo~B5&DYISA@P2^p&8m1brpwD?wig`byAO
    g1!>;m7uQ-eP!q?Lth#C%FtJazB2Tcp|1>mW$3FwUj_Oq&{u)J3iMT=uL6A)=&L|q1^OcBi=Z!pz6kmv=!>8)g1!j)BIt{tuL^xt=&M3s75b{s
    SB1VR^i`p+3Vqco&YwfXCx{Jk0dWy=32_;51#yHJ`rsc1|1kK6!9NWCVek)we;EA3;2#G6F!+bTKMek1@DGE382rQF9|r$0_=mwi4E|y84}*Ug
    {KMcM2LCYlhrvG#{$cPBgMS$O!{8qV|1kK6!9NWCVek)we;EA3;2#G6F!+bTKMek1@DGE382rQF9|r$0_=mwi4E|y84}*Ug{KMcM2LCYlhrvG#
    {$cPBgMS$O!{8qV|1kK6!9NWCVek)we;EA3;2#G6F!+bTKMek1@DGE382rQF9|r$0_=mwi4E|y84}*Ug{KMcMmh_Lmx^=90nLG6C`~3U1Z(r&<
    y7*qk1mDY;3T_5&F1Q7_rQlY_e%5g<^4TDtt>6MYmoP1!OPB$d6<qGJpLJ}C&oNv095XNS4v}{xxEi>+;2K`mF&#8TJ}u<a7F-8hS8zRWeZdXD
    4Fxv>Hx}Fk+*EKg<}3PFC-t~G9tQP{=ofepeN%8PaBabLz;y-J1J@VaAaj=b<6)2$&ri+a`Kfuqh2SE=)xgyS*8tZPT<gl&njgEO|Mt*-+ajM1
    ^63h$2d*!;!4)6p$Ae%f@);qYvEU})rh=P+n+tB?X&sj$pB3_13vL5$E4bh)`lA>JgOs0jOkWk}d&oO0xE#2=;6iYb;A&U>tYcl|(?C8=!L`7(
    1=j)B6<p8LI`&0A1LQLl+=!eQuOp1tvDn_kvpVkXV|?M^{fqJMVa4-Srkxyr%@30OX!OTqJ<_+`JnG`cNAB-#d*jpO`QXq!P;=?x)yHl-*WCPY
    $DJR!xbungC%3)nr|#ALJ@|{8pIuyc>u-7YJ(a;{ZoIg7=@#aqc;0f~Z;5|rC+;8d^Ul{!XZ+mm_<rK}_a)-zs5EiD7C%pZ@(rig#as6S1o3k}
    YtK8q?s*OUZ@GHM{`-R4kNbP}+b$0mx4z@*clf^@XH(JNXXx*9!7aco1-AmX7Tm_m`RXXxihTHkVQF!_lmV9&Tn=1ba3Q!za5ZpaF;7mO(sOo(
    Lg$D&1vddV72FKmTyP6;OTn$q)b;MYaV?JH499UT^4TDtt>A)d=-<~w|Gwtuc}P~|lS4jv!G+)=!PUUk1=sMjj!ltI3;DDK*8$fRTo2q_jDv-z
    *J*u`_W*eh1vdgW7Tg5fRB$s-`{P{Xvp_ye!L7ip1-AjW6<qMFpLI+>E9QITlNDSJ+)|9!6+eFw+Y3FdV<hsaA)mV78sM6OYk_MEuH$7LkAkkq
    r-yv{f*XJv3T^~$EVv1{so-Yd;_KG`>JLw4-5`*^%e`;^-z~mQON-|fX7Ieitl)Cs@`4M&MS`pGxr=T*#rJc>_QB_7ep&5Tue|Yk>XG$<N1wxa
    zkPoF-CL)3?!0~b^uwFif0n!c=FN{ky?OhS4^D4ge=&D`_gv3=?|**%*6C+A|9t1(KYz#n^7`qA@4R=K#P8mH>+ao0b@;YEyl?xqZ~L}y`?hcU
    wr~5kZ~L}y`{q;oHyJ&txB
    """
)

PLAIN_NEW = unpack(
    """
    c-rk<dwfkt9{-(t6S>Vxl13hggghi3b>9!-l|)>xB$X&OLR6$7s;p4es&uVSgHlzCpxsbZo3=vhRdkUpQ7qeMytZ1;&~AgOD3v{T&OJFZdhBOD
    JAe3?y@Sup_nZ07%=ymap3EKR%yp)v2l%%1)#`L0hemh!dX|LsZoXCb;60hnw85IT-<<F+{#yJe$JYc+h%1NFN6LA^9s6oP0B8{cUI0Bb5_ilU
    !!7|l;o%M8`_kS|AMDHm*TB(05d3cZq-!Poi`?Tu>Txn<jb7-l6r{0}D8?1DWF~s3<6ugTGfixfSYxor6eK#mrJrh=YWeuun!f4TVlI%|=LKY}
    )RzU*#X98Ls-q>|0%Y9t@M>L3&cJlB-pl?H-`EH+s;1Bva=aBH<JabXF!vFK2oL=s7%saCH%r9MKH;HIij@&xGdvtFdnv^D75m%4pD@W!;aRb;
    *jLFBI7FWS(O9+Zw-qMAi=aqW^>4JmTr5X<uMRfI!5Y@J<6b*##w72Jo7x@9G)fL{y`={Xz#8VC^Fr^{<0?P=Kb;LJIsG!k{%?a>6u7^nFI>Zj
    vW2M&o$fK$99l|=K!}hMQIn>1dCRk`Jfs1wgg*CM2?x2CmN@qc0y<D#dV12Ygc@=sj1lAFXJjV6_z4YK3B6tU{Lo71HB|noTuYlVKkw+9nmJIw
    )?)cHxtTjI89TisMz2&y@CE>_8gEoCjNnb;x}nCK6-@Bryzx=vt%`vJZv%Kljkk+;B5J(D<&6}4i0jgWzbbEl09D>7PGdFRB+hd+-rO`uNZulT
    YN_#72vOy2@Te+phfr1C0WH*cqaMOkc>{#2@<w^lx`#JGq$+QgSG#+73$#+@t<YMPw?ULDZ-+LjyaS@uc#~e7FKWC2+N$zKXs61XAXb$(L!2sa
    fp}Hk3JI#b4ce>nc63+rd)@&_YP?ww9aMP(bX4Vy&`FgyL1$Io43DYu7U-hNTbq8TAbA@YRCzlXRe1-P)Od^Db>E`G8=CIfNZtrmRo(<PRo)DC
    Ro(&)Ro)6+Re2k9Q|0YVcdI1tX!-=m^7VY?dV(i-f+u)_CwPJ<c*6g(Z-w?P3w@Mrs`dM7mcgB73Xu?3xf~8)M8ody%c0OuAudMVcmoU=(Rpy;
    n=nA95N}uPUJF~Woy`gTlGi~PmSedway{I^HZtuq^43EbCh1z3UkRnyo}=-fbsJ$NR_*nO)|+4@b}dy)KidM=v8~Q-cR$}Q{j%%c*?env=`Prc
    ZK!Uaf3ya+V6{AR?sN^5VlAEax4#~NJglY0-l<1n0M^o?cjlagXlz6EqgNBZgG9{2p7Sct!ey+`+?4nW@ChbKxRrScMrak{(+#cb-~!h41Cbqn
    00VZlb&vm251(LH`|n;CZb1fiaa$I>(|GLo;p6xA|7%!1Q^#g!z;&!8{oCFg4B6O5rfG(E4s5|1|I>^GIdA}T<Y4&C9O#d=b!qgHA+R5-rP~L7
    xsZoBaw}(6E+k@QoH}YMhQ;_eTv#_5+GAzxbZ(sqVOUqKee3*8Xo+3#`Og|=!fveTeX2&!sWuI5=b8CZK;P#HAPAuV8bJ``{k*2wAA}&Cyx-Of
    yfq+beRUxKUV^-dBJTyk_J`MptJklMXYnF}BQM4-+5Rhw7kZAoxV>sx59!;&XWfkEo>&gjw}q}tm-f(|#S$;?5Xx~oq2XWYy~PrRKwo*cdi!`O
    F5NovN926WH|}rO<$qzK;odI8rH%C%cm35Lw+>Fv&hFFn9jhR&{<l#lY4iZc(Du<Ww8<@er-5j+eZ8o*kLBL$6z+3X9^S)ycn|O49}GWz<e2;l
    *O!Y<5W-$Km-?Ww=Z@KP|1aO?IXSw|%NUh3gvE<|j=b2J8*gOsVme1&teLTCB8wM`IPxOtX1h@=UTomViyeVJ-?4bHha)dOiMp``?IU^@%x(~1
    wct9{cydAaK)9%JC3h!f1i~DYj4}E)hiI)UIcU(ZAh-gq<f$bKL!mQbhx$aef{iF|P*GF@+(H>Djkz7*IAVp5a=JhZRK<$eQ5FbBvYLdS?a&jk
    gAXt00k2ERts7F|LsUZHgxP&y5GrBBm)==mK*>Fwnhk?oly~Z!stIru<$dS4c_JJ~?9-YjC&Lu63V%qMP&5t3h#3N)y!rNN;Da*com=u8Xi*zR
    Y@RR^o<-%(J{|NTbVKZ{1vRtb5MoO@ohXCT(gii2xDa9ydp+~z*WiZWI=Ys0<kU*ETNwx+6!lsIucPG8k!#mLKUCPu<>%MHI8<?dQRsSTfifg_
    ==eTNLM>~xZ~i72i}HT|d3DIcaUW63(Og(J>-b3)FX}n+qVz8xc4YBF*OnhIZXWC~gT;#&j=YE)o-~rh3p+<%T%7snAr>#PIPzlH8)=m+UKDZU
    #rQ+nP8KgpIr5@*SzZE*7t1;F;&wqs9*Y-M9C=YbdBs*1FKRgQ!YjDuITkO@@U(W$o7jxSiw2IoIK8ZbX}t()$B!5J%ga+)yh!B83%&7dJ&PB;
    IP&7OWqlZn7sEL6Vt-oOPg%T}#E}<EyVmt)@uG|)FQzT+bA!c;3XZ%u+ps5%#f$A6dGX|@n_gn^;uuF>WETHp9E%s1IPzlrGi|#voh^>#$BT+}
    bD8!#BRKLRxw>>Q)7fH<yfFW?dnMEP8;-pAX2&VE^EVuMaWmuX+f3(gIPzl1(u%W8=WjUjqIUSzolNI%IPxOo-95=n=WjUjqUb>LYNqoS9C`8j
    Zz(gG&R=lk#k-60m_A2zaU89kb!{S<&R=lkg_m=*hUxqTM_wGcaAG}rcBA*0g{EzA2%W8Sx}Rnh=QUhPv~2U*(+}}QdcuDV(%IF-L#wvII&k%W
    _}v>jU=}*{dE-FJUg(LAS*AX3*asKU0Qu_N@@n*GvjAB6{Hbb~hmx1Bj^7V6QS#{2rw+qzl=tSuk|SV1$qiFq{v2{qVQXV`U%(BN+}5M=E9fVc
    &{%Q;_M$c%y;XD?J#{VsvMv>U3(ra=Os_qQp5Ye&Wj*Gfhh-@5$D`}d!#Gsfu6Yd?U?@5Oda&S+S70?_U)en6D#W4^s>)-pp{I)lK;1s?n=l8l
    PZg~A6*i(|ZOiX(!yuF#@Wi`!;R)$7JKuep*ZyZZf5p*S=vU*zbRSv7kr!7^nm%JXf5nj(yUMb^U^;)rkr!Ql+<SuQ{1r!Dgm+85!gT(MBQGNE
    q}DK<zv9S?Su+|YGo8QUX<Rfbv@xB(is#3R7h}I=`ackf9C_iJzd4iX{1r!D?9ZLT^u75oj=Xp&Y9-U>$Rv)uc(Zm6)Ba@{M_x>6^o?rrLi~Kx
    h-S!7kGfy14Fw@Mre~8kW<M}DipC+2{QO#jpwYTs&?KN70{Y|C<Sp`016o0=)oFdF$q&*meehl!s9kkDy?0s)2y&|`+&wM5RiTPNdkA!lKxYV4
    Paye`{1OTxPz-_oaHT+t9>OKR-b2s;+;u(4MVJaO-(}~<Gd|bSonn*aH)OdU@KT?tOB6s`V6v1Ba0^|?`pQ5I*_IE&kbP|ih8$Iy3Nq_=Wnsur
    ^Eif#Uk=8Q=}b0;%s=E{$kH$bLsqX`4B3K4V94G&4?~W`kqWZt&7&}6=#`Hl<G|4vG7WnYL*{}p7_v+%z>xKYu^6(I6=KM~<S7g}DvD$zjCpTd
    Q@Uhv^aC8WWdDny@|Nbb0Ga~5{I&}hF!)C)z!=d+0VesS4=!N#Pf~y-qJsjgaUB(4(|1yUJ-M?298SIBm_eUoz>p!|h#}(y6NXIF%@{KO*@7X<
    A}fZht85suZLnj={*ePijy+u!WYiz-h9N_3GKP%jx?{*x-vdMDJ3TRE(e=iVH8cf7wwP25**m3S$YJk;%`kmhI))5ceKBMl;lz-ss2_&RCH>t<
    CkRtC&}EFP|ND{sU+msdEp|UCu<@Q?-17GkXwb;7&O>jd3E!~)Ypu9Whq~74(H09t3IbY)f<S(J6ng)e^y&!rdvfe(S#J_qsYDJ^WTO&wB}H~B
    Q8!ZLpb{m6CwKzqft>%Ykv~GeW3Vz;Omwp{ftX+>x>?zt6w%GfL_%cNQ;CvDk%3CoffO03L>)<yiAvOo6q%_+ok<bhI{g?aqFblCkRrMfp(jOj
    Bf>z6=thK*T-@nKgozZ<jR-R-q8kwwQbac*tfYu;MA(?;zw5WNjlp%pm8uPNeGp2t*GSg~El3evAB2%2x;_XeMRa`-L5k@5Ad(c(&B~Ufh;CN4
    B1LqwvNb89o0U<dh;Br*As2VL5fM#_=te{gDWV$@ZAlT`h-gQO=te{=DWV$@aioZDM8q@Ce{_+>Rj+Er%B8CB-*3&Zng!HcS!1BmXb6pwN~0w-
    CMt~=p)pfwya|nkO4E$cSgABVgvLgt(GeOumF5vb<Dk;`5<}2HH-Y^~5#0p#Cq;A<IDiz<P2fOML^pw(lOnna97KxfCU7t*qFd5KND<wV{-`ql
    ``t7DE1q}9?iUhNOmWBVxBoUK9R2M-S#~pl
    """
)

PLAIN_OLD = unpack(
    """
    c-rk<O;i(C6uv_MQ^Yn}fABy4M?lHXB$=qKv5KaDnyPK-pN)qHCv9!(QEX}JY3YuhZdkHp$&w{YmMpVm$)XFEEZNZ{bKk(5+`RaDj+N1S&+%O6
    <MJi>_}-hDH<LSm6|P<1(RH8;Y7q`YJ49e}tYgglt!~SomoQtHCo#{qN&IsCXFZ5VkUtu7x0l=9eE0U?Aixff-~T%KQ|jxLF1vXGw^y#Yc?P#D
    @4I;(w}(D*a}>Adv-p1SjZfZla~!uL!p#NTE_~<aGHzEMV!eEWpCK>)e0&@~pXB?)&8rr0{D&wEUMbe{0{SY9xjg!OUsw878aUqV=5ENNzeBJa
    !f+pru-~%kzY+1qL|7Rgof}XcYv4(k^R!VsNpqeM#gj7UX{UH>bDj>0CvDEtN%3UNdA3nJS#zE+#p9Usyhicl%z3&Lo_6$M{F!*RZQ|KZ@+6FT
    x=Eg-G0zT?CuPj@I>}=j^SnXwq>XtZBu~beXJ_@_jjOjluq3J9AJrHe86S(r-8rTKPq=eN1D<r}fCfC}j_C&6-q=>~G`?Ryp7B0{if7$1(SSRy
    #~bjR>se11?{meWo5T}!Pc`Dnx<?xERQ+$>h}+&#mWrqAf0IT$1G`8(3vZIRQ}qOe=U@+oC*!b}#1pWO#FO6foQkJlKZ)CLfW*^qki;`^h{UsS
    n8Y18LgG0%O5v%vcO0nV2{=aLNjOg8DL6smHk>5!G@K&w44fwMESw>62Vx|igR>NF$Dx<R6VONEN$4l>6r3Y*8_tt>8U{!_;~h7vcoq^Q?m&{n
    bC9C&bR29FPe7W)laL|t6l6)<28YDckR$O7Tp;l*TqJP^E|GZ7J1#AD@i_qp2L}fS2L}g-dF;e9QUAJq<N89@czt0P$>SLFyh-xpjCpobJW2C)
    u014=`8wBLlE-|VYahvDzRuM{@|dr4?I(H6*SQXmJm%|M2T2}tKOZ7_%>8_r<T3a25sD{e?&qT<kGY?tB#*hDkC8m)em+j}nEUwz$z$&4lO&J1
    pHGoI=6*g+@|gSi49R2e=NQFfoBR1J$z$&4UXsV$&wV71xu5$<9&<mRBYDjIe4gYn_wxYBWA5iT$z$&41j%FW=Oo3GHurOi<T3ZNP4bxgIZg7I
    `#D4MnEN?P@|gSCA$iRGoFjS6{d|GsG57ODlE>W7m+E+j`!g)C@Jf(nxq!SLxRE3E(nwg+xbLH*x>dv5+S)AlC0w46HF<jDXmoQ-ZOQYeJ2!7#
    t7)==dJIkI>*aOJ_(^@8ygoR2USBsP>o4f*N|>V;xAys{^j#a{j5E$S<68nBzc*Z(somsK0Bi5lf3CjhZC<&3x#IaBSIz|LxbpeyG0%D^dQ?~s
    MUNHML(xOtipP4mdi1a!iXL&+L(!uUC_RD}?z&Sutl@U$<7Zn~S^lKO`V`i!e%fMvN`5cyb3X3WkAo7=3yL1&tcRk<6zierG0S==dMvOWiXKaW
    (nId2%eWoCq_4-Xl|%k5eI0(i9Exx2>n1SI=6OG@_th$oGewVZjP=;8N0jwY^l$>Dhn$Dyea`b&^!4&nEWV?!o5sA<;)=wKod2)$JgoOsk;j>O
    zSJ8mJuIc)Pwn$|;OBLF0z|i%zGe2CqQ?a5q3AIk$o-srx6=dq`dPVuD(LIxWPVp)C;M$JyvO@Fy|3nYoGE%NvL1>a%dCf@$65gA;V>-VcF%|U
    `bEsKoBFy6X6Kf^ZV7XtsIOa=^Z#vq-HM$5@967R<@|qFUnh?OXX7v0SCO+k&Nk~2V?7i-@~nrV#}MnG=<$&CQ1qA#lpgZ?JJYB~>~V{AJgjrZ
    TAWwO`y-yTIIoi58~Ulmc@@@`e|}ZZmu7gJDSFJa9*Q0n)<e-_C4lpAJM_r;@QW7b4{|>IQePL7{n)?K*U7%`m9Kf-O7AP^<#DFm2hDmYdc;`|
    MUO(D^pNwgBkvb3>Fe|Ie&PEq=3#jpo6y(E=WW0+&%=6Ol>+4}83Nb)1o}W=V`qVloCP*+7TBm+U}I*1jhF>CUKTmY6UUsuoWz{MY-3Ji&S1`B
    b};Ag{U9Iqa}(H)O<+GYf&I_~_A?XMk4#`cF@gQS1orb1*pEwKKP`d%umtwA64;MQU_U8={h$Q)a}wB(Nnk%Ef&GvK_A?ULk4RuYA%XpX1orb0
    *pEkGKOKSna0K?V5!jDLU_Tjw{a^(4a}n5&MPNS_f&EYf_A?RKk3?WU5jkw->9IVW9vGJ60OtW7&;I+sdB3UXF&oJJW>KEMjOgo!ur7Z?Ussar
    Qs3z7<a4Q<Z+X9|_tgTAGewUj)<e-_mGw~c2=@hV9`1yPsK?X;ef>Dr&3vz~o4~rcAM|yTShw(_zHSQZdLFe{m%_Z5eA#>z?c;H#+)vMXD0&oG
    4@HkM>!Ii|!FniqOb2j3-2n@7fBB2Peo<bZ`Bh(6k?WSf>Fbu{y5&=SoqT>T{Qjz*FU|2dQ}kG5Jrq5bSr0{zHP%DXBhnwl^GEr7$EB3MK970D
    *4N3e*Q}-Wb>8jTIepz4{=L>Qy#AfOMxOF{^Topd?W<0ouiPtumTM31IlawtsOpzm<<973&u8{_u-DOup5H<);r6O>wf|TlDMPsaO~l9LC!?be
    M!de;7UE)L^uhhH5$`$0A?&zatsNUKk37Q5G#fr{3zh%e7z!a!o_f+c?%p08w5p$O-4~G-zZb*N<F5<(ww)$*oqiws>OxIkcc@97zrNh0&i}gO
    zPiq4>nBa>{I5IRq|VPf+fVBueHI1|4h{|u4i1j375@Tzc$iE
    """
)

SHARED_TYPE = unpack(
    """
    c-rgqaB<`1lHy_j0S*oZ76t(ZWbhvf7$ng6P>=wn8KHCslwQFE6K4j?LA3)-hnPQu1;USjiiZTbx`I^yM*}c>0+=B*2g4{BiNM3vF#tKez*6Z6
    CRBCBC8+7qgF<^5fe>Vc0+i1TOv$W3T9T0w>;?h2U67O+?C0+S(gRDU3e2N%M-C8##xQz$!oy$zrkNOd8MuI<oSUDLniHR#pO==I&cMV33vO8S
    #~_s%jH97C3Pu4caCi3iVMHoWQ8Eq?R4XOtBo-IP=OyN*Dp@Hg1*aC4rskDoCgv#VC@4Yl9Z<YlDJQWqwWt`#j7HbulbD;7l8CCjwl=o57TFyQ
    {G)L(3P!;w7zLwX6pVsVFbYP&C>RB!U=+{_001uoQ;Y
    """
)

VIRTUAL = unpack(
    """
    c-rgqaB<`1lHy|K;9!7(|4_gn0pS}!#T`34+5J6Sf|wMp-(t;1#uZFL$QogQi;01efq{*O0Z1{H9fq0j!9X?O-u>Mf>?B2WCowQGiZC!RF)}i8
    LDj-&W*!Dc0S1tpK!AgR73fN4ZVo;M1{P)pXefZ?_Am@-F#Bp#5W^@K1*2dTjDk^swE}ha_W@US0!S4f5ZJ>Mzy$PDOOo{~^fF8tQW%(##6f@w
    RI7r-m>8jY7=g9zC$@S2;Yt?pkB0Rq7zLwX6pVsVFbYP&C>RB!U=)mkQ7}*d04h>Gz5
    """
)

EXTERNAL_STORAGE = unpack(
    """
    c-rgqaB<`1lHy_j0S*oZ76t(ZWbhvfHn5`dVe$!3nh{EOK<O1sFmXn(oCH){5NbZUx{x4OSCH!eXaHtU1`CAdU>F4>5qP*d27u@YC?A$ePcWgX
    t3XSS9u(Tk$iN0MixI|$q+~`$hyWK<9gJoMx{ML(K1QSz%L=4Hd?qF)urND=2AIzX%_9al(l^Xp4ye7%jIf-+g{CrruJIs&7R~`IsOt1nOOo{q
    5{rw=Q^5RSKYtgHKVkk;U>;4=<NyHUZ916
    """
)

SPLIT_DRIVER = unpack(
    """
    c-rgqaB<`1lHy_j0S*oZ76t(ZWbhvf4zNP_2@I%U1(arl(ifog2PT9X3n2D$4tC5f%_(7IWM*b$M99I+g<4bJU<cu=7VGBfWtf8KA`s08h71f6
    P<?_>ccR-D66ER%a?O7<0JE=x1wwN$jDnE}JX{?EKy(C@4@>O=%&6)r(9*RBh4wNsutLmYgz+IMnGu>9F0eD8(9A%2kc^;$Jv6O4Fqm*NnEZ#j
    lNBfml4oLKVuYk;h<VJ6=s5`nItEod1pE2BfO0e}A7(I*rcH7H0Ni^*9s
    """
)
