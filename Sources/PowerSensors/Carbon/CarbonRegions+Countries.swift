// Written by Scripts/carbon-table.py; not to be changed by hand.

extension CarbonRegions {
    /// Countries.
    ///
    /// A line holds the region's code of three letters and of two, grams of CO2 equivalent a kilowatt-hour, the year,
    /// the letter of the source, and the name.
    static let countries = """
        ABW AW 561.2 2022 O Aruba
        AFG AF 132.5 2022 O Afghanistan
        AGO AO 174.7 2022 O Angola
        ALB AL 24.3 2022 O Albania
        ARE AE 561.1 2022 O United Arab Emirates
        ARG AR 354.1 2023 O Argentina
        ARM AM 264.5 2022 O Armenia
        ASM AS 611.1 2022 O American Samoa
        ATG AG 611.1 2022 O Antigua and Barbuda
        AUS AU 548.7 2023 O Australia
        AUT AT 110.8 2023 O Austria
        AZE AZ 671.4 2022 O Azerbaijan
        BDI BI 250.0 2022 O Burundi
        BEL BE 138.1 2023 O Belgium
        BEN BJ 584.1 2022 O Benin
        BFA BF 467.5 2022 O Burkina Faso
        BGD BD 691.4 2023 O Bangladesh
        BGR BG 335.3 2023 O Bulgaria
        BHR BH 904.6 2022 O Bahrain
        BHS BS 660.1 2022 O Bahamas
        BIH BA 600.0 2023 O Bosnia and Herzegovina
        BLR BY 441.7 2022 O Belarus
        BLZ BZ 225.8 2022 O Belize
        BMU BM 650.8 2022 O Bermuda
        BOL BO 531.7 2023 O Bolivia
        BRA BR 98.3 2023 O Brazil
        BRB BB 605.5 2022 O Barbados
        BRN BN 893.9 2022 O Brunei
        BTN BT 23.3 2022 O Bhutan
        BWA BW 847.9 2022 O Botswana
        CAN CA 170.0 2023 O Canada
        CHE CH 34.8 2023 O Switzerland
        CHL CL 291.1 2023 O Chile
        CHN CN 582.3 2023 O China
        CIV CI 393.9 2022 O Cote d'Ivoire
        CMR CM 305.4 2022 O Cameroon
        COD CD 24.5 2022 O Democratic Republic of Congo
        COG CG 700.0 2022 O Congo
        COK CK 250.0 2022 O Cook Islands
        COL CO 259.5 2023 O Colombia
        COM KM 642.9 2022 O Comoros
        CPV CV 558.1 2022 O Cape Verde
        CRI CR 53.4 2023 O Costa Rica
        CUB CU 637.6 2022 O Cuba
        CYM KY 642.9 2022 O Cayman Islands
        CYP CY 534.3 2023 O Cyprus
        CZE CZ 449.7 2023 O Czechia
        DEU DE 380.9 2023 O Germany
        DJI DJ 692.3 2022 O Djibouti
        DMA DM 529.4 2022 O Dominica
        DNK DK 151.7 2023 O Denmark
        DOM DO 580.8 2022 O Dominican Republic
        DZA DZ 634.6 2022 O Algeria
        ECU EC 150.2 2023 O Ecuador
        EGY EG 570.3 2023 O Egypt
        ERI ER 631.6 2022 O Eritrea
        ESH EH 666.7 2009 O Western Sahara
        ESP ES 174.1 2023 O Spain
        EST EE 416.7 2023 O Estonia
        ETH ET 24.6 2022 O Ethiopia
        FIN FI 79.2 2023 O Finland
        FJI FJ 288.5 2022 O Fiji
        FLK FK 500.0 2022 O Falkland Islands
        FRA FR 56.0 2023 O France
        FRO FO 404.8 2022 O Faroe Islands
        GAB GA 491.6 2022 O Gabon
        GBR GB 237.6 2023 O United Kingdom
        GEO GE 167.6 2023 O Georgia
        GHA GH 484.0 2022 O Ghana
        GIB GI 600.0 2022 O Gibraltar
        GIN GN 236.8 2022 O Guinea
        GLP GP 500.0 2021 O Guadeloupe
        GMB GM 666.7 2022 O Gambia
        GNB GW 625.0 2022 O Guinea-Bissau
        GNQ GQ 591.8 2022 O Equatorial Guinea
        GRC GR 336.6 2023 O Greece
        GRD GD 640.0 2022 O Grenada
        GRL GL 178.6 2022 O Greenland
        GTM GT 328.3 2022 O Guatemala
        GUF GF 217.8 2021 O French Guiana
        GUM GU 622.9 2022 O Guam
        GUY GY 640.4 2022 O Guyana
        HKG HK 699.5 2022 O Hong Kong
        HND HN 282.3 2022 O Honduras
        HRV HR 205.0 2023 O Croatia
        HTI HT 567.3 2022 O Haiti
        HUN HU 204.2 2023 O Hungary
        IDN ID 675.9 2022 O Indonesia
        IND IN 713.4 2023 O India
        IRL IE 290.8 2023 O Ireland
        IRN IR 655.1 2023 O Iran
        IRQ IQ 688.8 2022 O Iraq
        ISL IS 27.7 2022 O Iceland
        ISR IL 582.9 2022 O Israel
        ITA IT 330.7 2023 O Italy
        JAM JM 555.6 2022 O Jamaica
        JOR JO 540.9 2022 O Jordan
        JPN JP 485.4 2023 O Japan
        KAZ KZ 821.4 2023 O Kazakhstan
        KEN KE 70.5 2023 O Kenya
        KGZ KG 147.3 2022 O Kyrgyzstan
        KHM KH 417.7 2022 O Cambodia
        KIR KI 666.7 2022 O Kiribati
        KNA KN 636.4 2022 O Saint Kitts and Nevis
        KOR KR 430.6 2023 O South Korea
        KWT KW 649.2 2023 O Kuwait
        LAO LA 265.5 2022 O Laos
        LBN LB 599.0 2022 O Lebanon
        LBR LR 227.8 2022 O Liberia
        LBY LY 818.7 2022 O Libya
        LCA LC 666.7 2022 O Saint Lucia
        LKA LK 509.8 2022 O Sri Lanka
        LSO LS 20.0 2022 O Lesotho
        LTU LT 160.1 2023 O Lithuania
        LUX LU 105.3 2023 O Luxembourg
        LVA LV 123.2 2023 O Latvia
        MAC MO 449.0 2022 O Macao
        MAR MA 630.0 2023 O Morocco
        MDA MD 643.5 2023 O Moldova
        MDG MG 436.4 2022 O Madagascar
        MDV MV 611.8 2022 O Maldives
        MEX MX 507.2 2023 O Mexico
        MKD MK 565.3 2023 O North Macedonia
        MLI ML 408.0 2022 O Mali
        MLT MT 459.1 2023 O Malta
        MMR MM 398.9 2023 O Myanmar
        MNE ME 417.1 2023 O Montenegro
        MNG MN 775.3 2023 O Mongolia
        MOZ MZ 135.6 2022 O Mozambique
        MRT MR 464.7 2022 O Mauritania
        MSR MS 1000.0 2022 O Montserrat
        MTQ MQ 523.2 2021 O Martinique
        MUS MU 632.5 2022 O Mauritius
        MWI MW 66.7 2022 O Malawi
        MYS MY 605.8 2022 O Malaysia
        NAM NA 59.3 2022 O Namibia
        NCL NC 660.6 2022 O New Caledonia
        NER NE 670.9 2022 O Niger
        NGA NG 523.2 2023 O Nigeria
        NIC NI 265.1 2022 O Nicaragua
        NLD NL 267.6 2023 O Netherlands
        NOR NO 30.1 2023 O Norway
        NPL NP 24.4 2022 O Nepal
        NRU NR 750.0 2022 O Nauru
        NZL NZ 112.8 2023 O New Zealand
        OMN OM 564.6 2023 O Oman
        PAK PK 440.6 2023 O Pakistan
        PAN PA 161.7 2022 O Panama
        PER PE 266.5 2023 O Peru
        PHL PH 610.7 2023 O Philippines
        PNG PG 507.2 2022 O Papua New Guinea
        POL PL 661.9 2023 O Poland
        PRI PR 678.7 2022 O Puerto Rico
        PRK KP 389.6 2022 O North Korea
        PRT PT 165.6 2023 O Portugal
        PRY PY 23.8 2023 O Paraguay
        PSE PS 516.1 2022 O Palestine
        PYF PF 442.9 2022 O French Polynesia
        QAT QA 602.5 2023 O Qatar
        REU RE 572.8 2021 O Reunion
        ROU RO 240.6 2023 O Romania
        RUS RU 441.0 2023 O Russia
        RWA RW 316.3 2022 O Rwanda
        SAU SA 706.8 2022 O Saudi Arabia
        SDN SD 263.2 2022 O Sudan
        SEN SN 511.6 2022 O Senegal
        SGP SG 470.8 2023 O Singapore
        SHN SH 1000.0 2022 O Saint Helena
        SLB SB 700.0 2022 O Solomon Islands
        SLE SL 50.0 2022 O Sierra Leone
        SLV SV 271.5 2023 O El Salvador
        SOM SO 578.9 2022 O Somalia
        SPM PM 600.0 2022 O Saint Pierre and Miquelon
        SRB RS 636.1 2023 O Serbia
        SSD SS 629.0 2022 O South Sudan
        STP ST 642.9 2022 O Sao Tome and Principe
        SUR SR 349.3 2022 O Suriname
        SVK SK 116.8 2023 O Slovakia
        SVN SI 231.3 2023 O Slovenia
        SWE SE 40.7 2023 O Sweden
        SWZ SZ 172.4 2022 O Eswatini
        SYC SC 564.5 2022 O Seychelles
        SYR SY 701.7 2022 O Syria
        TCA TC 653.8 2022 O Turks and Caicos Islands
        TCD TD 628.6 2022 O Chad
        TGO TG 443.2 2022 O Togo
        THA TH 549.6 2023 O Thailand
        TJK TJ 116.9 2022 O Tajikistan
        TKM TM 1306.0 2022 O Turkmenistan
        TLS TL 666.7 2022 O East Timor
        TON TO 625.0 2022 O Tonga
        TTO TT 681.5 2022 O Trinidad and Tobago
        TUN TN 564.0 2023 O Tunisia
        TUR TR 464.6 2023 O Turkey
        TWN TW 642.4 2023 O Taiwan
        TZA TZ 339.2 2022 O Tanzania
        UGA UG 44.5 2022 O Uganda
        UKR UA 259.7 2022 O Ukraine
        URY UY 128.8 2023 O Uruguay
        USA US 369.5 2023 O United States
        UZB UZ 1167.6 2022 O Uzbekistan
        VCT VC 529.4 2022 O Saint Vincent and the Grenadines
        VEN VE 185.8 2022 O Venezuela
        VGB VG 647.1 2022 O British Virgin Islands
        VIR VI 632.4 2022 O United States Virgin Islands
        VNM VN 475.4 2023 O Vietnam
        VUT VU 571.4 2022 O Vanuatu
        WSM WS 473.7 2022 O Samoa
        YEM YE 566.1 2022 O Yemen
        ZAF ZA 707.7 2023 O South Africa
        ZMB ZM 112.0 2022 O Zambia
        ZWE ZW 297.9 2022 O Zimbabwe
        """
}
