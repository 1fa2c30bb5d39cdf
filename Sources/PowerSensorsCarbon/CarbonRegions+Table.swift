// Written by Scripts/carbon-table.py; not to be changed by hand.

extension CarbonRegions {
    /// The world, states of the USA, the regions of clouds, and countries.
    ///
    /// A line holds the region's code, a country's code of two letters or a dash, grams of CO2 equivalent a
    /// kilowatt-hour, the year, the letter of the source, and the name; blanks in codes are underscores.
    static let table = """
        World - 472.9 2024 E World
        US-RI - 395.0 2016 U Rhode Island
        US-ND - 754.7 2016 U North Dakota
        US-AK - 420.0 2016 U Alaska
        US-MD - 459.3 2016 U Maryland
        US-NM - 713.4 2016 U New Mexico
        US-AZ - 422.9 2016 U Arizona
        US-OR - 138.7 2016 U Oregon
        US-AL - 414.1 2016 U Alabama
        US-VA - 369.1 2016 U Virginia
        US-CO - 666.0 2016 U Colorado
        US-LA - 398.6 2016 U Louisiana
        US-MS - 426.7 2016 U Mississippi
        US-MO - 765.5 2016 U Missouri
        US-IA - 452.6 2016 U Iowa
        US-TX - 476.1 2016 U Texas
        US-OK - 473.4 2016 U Oklahoma
        US-MI - 498.9 2016 U Michigan
        US-PA - 388.0 2016 U Pennsylvania
        US-NC - 393.5 2016 U North Carolina
        US-SC - 285.5 2016 U South Carolina
        US-KY - 886.5 2016 U Kentucky
        US-OH - 664.9 2016 U Ohio
        US-IN - 822.2 2016 U Indiana
        US-VT - 25.8 2016 U Vermont
        US-NJ - 253.0 2016 U New Jersey
        US-NE - 581.1 2016 U Nebraska
        US-TN - 450.1 2016 U Tennessee
        US-DC - 218.5 2016 U District Of Columbia
        US-SD - 232.8 2016 U South Dakota
        US-CT - 226.1 2016 U Connecticut
        US-MN - 459.3 2016 U Minnesota
        US-ME - 152.8 2016 U Maine
        US-WI - 630.0 2016 U Wisconsin
        US-MT - 567.5 2016 U Montana
        US-HI - 690.4 2016 U Hawaii
        US-KS - 542.3 2016 U Kansas
        US-NH - 140.9 2016 U New Hampshire
        US-WV - 896.2 2016 U West Virginia
        US-NV - 349.2 2016 U Nevada
        US-DE - 402.5 2016 U Delaware
        US-ID - 85.6 2016 U Idaho
        US-CA - 205.3 2016 U California
        US-AR - 506.1 2016 U Arkansas
        US-NY - 210.5 2016 U New York
        US-FL - 464.6 2016 U Florida
        US-WY - 919.1 2016 U Wyoming
        US-GA - 454.4 2016 U Georgia
        US-IL - 368.0 2016 U Illinois
        US-WA - 84.8 2016 U Washington
        US-MA - 372.5 2016 U Massachusetts
        US-UT - 738.2 2016 U Utah
        gcp:africa-south1 - 656.9 2024 G Johannesburg
        gcp:asia-east1 - 439.3 2024 G Taiwan
        gcp:asia-east2 - 505.0 2024 G Hong Kong
        gcp:asia-northeast1 - 452.9 2024 G Tokyo
        gcp:asia-northeast2 - 296.2 2024 G Osaka
        gcp:asia-northeast3 - 356.6 2024 G Seoul
        gcp:asia-south1 - 678.8 2024 G Mumbai
        gcp:asia-south2 - 531.8 2024 G Delhi
        gcp:asia-southeast1 - 366.9 2024 G Singapore
        gcp:asia-southeast2 - 560.5 2024 G Jakarta
        gcp:australia-southeast1 - 497.5 2024 G Sydney
        gcp:australia-southeast2 - 454.4 2024 G Melbourne
        gcp:europe-central2 - 642.9 2024 G Warsaw
        gcp:europe-north1 - 39.3 2024 G Finland
        gcp:europe-north2 - 2.7 2024 G Stockholm
        gcp:europe-southwest1 - 89.0 2024 G Madrid
        gcp:europe-west1 - 103.4 2024 G Belgium
        gcp:europe-west2 - 105.9 2024 G London
        gcp:europe-west3 - 275.8 2024 G Frankfurt
        gcp:europe-west4 - 208.8 2024 G Eemshaven
        gcp:europe-west6 - 15.1 2024 G Zürich
        gcp:europe-west8 - 201.7 2024 G Milan
        gcp:europe-west9 - 16.3 2024 G Paris
        gcp:europe-west10 - 275.8 2024 G Berlin
        gcp:europe-west12 - 201.7 2024 G Turin
        gcp:me-central1 - 366.0 2024 G Doha
        gcp:me-central2 - 382.2 2024 G Dammam
        gcp:me-west1 - 433.8 2024 G Tel Aviv
        gcp:northamerica-northeast1 - 5.5 2024 G Montréal
        gcp:northamerica-northeast2 - 58.6 2024 G Toronto
        gcp:northamerica-south1 - 305.0 2024 G Mexico
        gcp:southamerica-east1 - 67.3 2024 G Sāo Paulo
        gcp:southamerica-west1 - 238.0 2024 G Santiago
        gcp:us-central1 - 412.7 2024 G Iowa
        gcp:us-central2 - 372.2 2024 G Oklahoma
        gcp:us-east1 - 575.8 2024 G South Carolina
        gcp:us-east2 - 340.4 2024 G Georgia
        gcp:us-east4 - 323.1 2024 G Northern Virginia
        gcp:us-east5 - 323.1 2024 G Columbus
        gcp:us-south1 - 302.9 2024 G Dallas
        gcp:us-west1 - 79.2 2024 G Oregon
        gcp:us-west2 - 169.3 2024 G Los Angeles
        gcp:us-west3 - 555.2 2024 G Salt Lake City
        gcp:us-west4 - 357.3 2024 G Las Vegas
        aws:us-east-1 - 415.8 ≤2021 C United States
        aws:us-east-2 - 440.2 ≤2021 C United States
        aws:us-west-1 - 350.9 ≤2021 C United States
        aws:us-west-2 - 350.9 ≤2021 C United States
        aws:us-gov-east-1 - 415.8 ≤2021 C United States
        aws:us-gov-west-1 - 350.9 ≤2021 C United States
        aws:af-south-1 - 928.0 ≤2021 C South Africa
        aws:ap-east-1 - 810.0 ≤2021 C Hong Kong
        aws:ap-south-1 - 708.0 ≤2021 C India
        aws:ap-northeast-3 - 506.0 ≤2021 C Japan
        aws:ap-northeast-2 - 500.0 ≤2021 C South Korea
        aws:ap-southeast-1 - 408.5 ≤2021 C Singapore
        aws:ap-southeast-2 - 790.0 ≤2021 C Australia
        aws:ap-northeast-1 - 506.0 ≤2021 C Japan
        aws:ca-central-1 - 130.0 ≤2021 C Canada
        aws:cn-north-1 - 555.0 ≤2021 C China
        aws:cn-northwest-1 - 555.0 ≤2021 C China
        aws:eu-central-1 - 338.0 ≤2021 C Germany
        aws:eu-west-1 - 316.0 ≤2021 C Ireland
        aws:eu-west-2 - 228.0 ≤2021 C England
        aws:eu-south-1 - 233.0 ≤2021 C Italy
        aws:eu-west-3 - 52.0 ≤2021 C France
        aws:eu-north-1 - 8.0 ≤2021 C Sweden
        aws:me-south-1 - 732.0 ≤2021 C Bahrain
        aws:sa-east-1 - 74.0 ≤2021 C Brazil
        azure:Central_US - 472.2 ≤2021 C Iowa
        azure:East_US - 415.8 ≤2021 C Virginia
        azure:East_US_2 - 415.8 ≤2021 C Virginia
        azure:East_US_3 - 415.8 ≤2021 C Georgia
        azure:North_Central_US - 440.2 ≤2021 C Illinois
        azure:South_Central_US - 396.3 ≤2021 C Texas
        azure:West_Central_US - 350.9 ≤2021 C Wyoming
        azure:West_US - 350.9 ≤2021 C California
        azure:West_US_2 - 350.9 ≤2021 C Washington
        azure:West_US_3 - 350.9 ≤2021 C Arizona
        azure:East_Asia - 810.0 ≤2021 C Hong Kong
        azure:Southeast_Asia - 408.5 ≤2021 C Singapore
        azure:North_Europe - 316.0 ≤2021 C Ireland
        azure:West_Europe - 390.0 ≤2021 C Netherlands
        azure:Central_India - 708.0 ≤2021 C Pune
        azure:South_India - 708.0 ≤2021 C Chennai
        azure:West_India - 708.0 ≤2021 C Mumbai
        azure:UK_South - 228.0 ≤2021 C London
        azure:UK_West - 228.0 ≤2021 C Cardiff
        azure:France_Central - 67.0 ≤2021 C Paris
        azure:Belgium_Central - 154.0 ≤2021 C Brussels
        azure:Sweden_Central - 9.0 ≤2021 C Gavle
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
